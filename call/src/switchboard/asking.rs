//! What people ask.

use super::Switchboard;
use crate::call::Wish;
use crate::{Answer, Command, CommandError, Output};
use model::{AnswerMode, CallId, EndReason, UserId};
use queue::SeatError;
use std::time::Duration;

impl Switchboard {
    pub(super) fn command(&mut self, now: Duration, id: u64, command: &Command) {
        let result = self.carry_out(now, command);
        self.exchange
            .outputs
            .push_back(Output::Reply { id, result });
    }

    fn carry_out(&mut self, now: Duration, command: &Command) -> Result<Answer, CommandError> {
        let router = &mut self.exchange.router;
        let done = match *command {
            Command::SignIn {
                agent,
                answer_mode,
                status,
                actor,
            } => {
                if answer_mode != AnswerMode::Sip {
                    return Err(CommandError::AnswerMode(answer_mode));
                }
                router
                    .sign_in(now, agent, (answer_mode, status), actor)
                    .map_err(refused)
            }
            Command::SignOut { agent, actor } => {
                router.sign_out(now, agent, actor).map_err(refused)
            }
            Command::SetStatus {
                agent,
                status,
                actor,
            } => router
                .set_status(now, agent, status, actor)
                .map_err(refused),
            Command::EndWrapUp { agent } => router.end_wrap_up(now, agent).map_err(refused),
            Command::HangUp { call } => self.end_call(now, call),
            Command::HandOver { call, ref handoff } => self.hand_over(now, call, handoff),
            Command::Supervise {
                call,
                supervisor,
                mode,
                by,
            } => {
                let wish = Wish {
                    supervisor,
                    by,
                    mode,
                };
                self.supervise(now, call, wish)
            }
            Command::StopSupervising { call, supervisor } => {
                self.stop_supervising(now, call, supervisor)
            }
            Command::Confer { call, agent } => self.confer(now, call, agent),
            Command::PauseRecording { call, by } => self.hush(now, call, (true, by)),
            Command::ResumeRecording { call, by } => self.hush(now, call, (false, by)),
            Command::Ladder { enterprise, call } => {
                return self.ladder(enterprise, call).map(Answer::Ladder);
            }
            Command::Try(ref trial) => return self.prepare_trial(now, trial),
        };
        done.map(|()| Answer::Done)
    }

    fn hush(
        &mut self,
        now: Duration,
        id: CallId,
        (silent, by): (bool, UserId),
    ) -> Result<(), CommandError> {
        let mut hushed = Err(CommandError::UnknownCall);
        self.with_call(now, id, |call, exchange| {
            hushed = call.hush(now, (silent, by), exchange);
        });
        hushed
    }

    fn end_call(&mut self, now: Duration, id: CallId) -> Result<(), CommandError> {
        if !self.calls.contains_key(&id) {
            return Err(CommandError::UnknownCall);
        }
        self.with_call(now, id, |call, exchange| {
            call.end_by_system(now, EndReason::Operator, exchange);
        });
        Ok(())
    }

    fn hand_over(&mut self, now: Duration, id: CallId, handoff: &str) -> Result<(), CommandError> {
        if !self.calls.contains_key(&id) {
            return Err(CommandError::UnknownCall);
        }
        let mut handed = false;
        self.with_call(now, id, |call, exchange| {
            handed = call.hand_over(now, handoff, exchange);
        });
        if handed {
            Ok(())
        } else {
            Err(CommandError::NoBot)
        }
    }
}

fn refused(error: SeatError) -> CommandError {
    match error {
        SeatError::Unknown => CommandError::UnknownAgent,
        SeatError::NotSignedIn => CommandError::NotSignedIn,
        SeatError::OnCall | SeatError::NotFree => CommandError::OnCall,
        SeatError::NotInWrapUp => CommandError::NotInWrapUp,
        SeatError::Status => CommandError::Status,
    }
}
