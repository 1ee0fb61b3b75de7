//! What name servers have answered, for as long as they allow, and what they are being asked.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use super::{QueryId, Question, Record, ResolveError};
use crate::limits;

/// Answers are kept at least this long, whatever they say: a zone with TTL 0 must not cost a
/// question a call.
const SHORTEST: Duration = Duration::from_secs(5);

/// Answers are kept at most this long, so that a wrong one is not believed for days.
const LONGEST: Duration = Duration::from_hours(1);

/// How long it is remembered that there are no such records.
const NEGATIVE: Duration = Duration::from_secs(30);

/// How long name servers that did not answer are left alone, and an old answer does in their place
/// (RFC 8767).
const UNANSWERED: Duration = Duration::from_secs(10);

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    Records(Vec<Record>),
    NoRecords,
    /// It is being asked.
    Asked,
    /// It was asked without an answer.
    Unanswered,
}

/// Answers, and questions on their way.
#[derive(Debug)]
pub(super) struct Cache {
    answers: HashMap<Question, Answer>,
    by_expiry: BTreeSet<(Duration, Question)>,
    asked: HashMap<Question, QueryId>,
    open: BTreeSet<(Duration, QueryId)>,
    questions: HashMap<QueryId, (Question, Duration)>,
    unsent: VecDeque<QueryId>,
    next: u64,
}

#[derive(Debug)]
struct Answer {
    known: Known,
    until: Duration,
}

impl Cache {
    /// Numbers its questions from `first` on: random, so that after a restart no late answer fits.
    pub(super) fn new(first: u64) -> Self {
        Self {
            answers: HashMap::new(),
            by_expiry: BTreeSet::new(),
            asked: HashMap::new(),
            open: BTreeSet::new(),
            questions: HashMap::new(),
            unsent: VecDeque::new(),
            next: first,
        }
    }

    /// What is known; asks if nothing is.
    pub(super) fn look_up(&mut self, now: Duration, question: Question) -> Known {
        if let Some(answer) = self.answers.get(&question)
            && answer.until > now
        {
            return answer.known.clone();
        }
        if self.asked.contains_key(&question) {
            return Known::Asked;
        }
        if self.asked.len() >= limits::QUESTIONS {
            return Known::Unanswered;
        }
        let query = QueryId(self.next);
        self.next = self.next.wrapping_add(1);
        let give_up_at = now + PATIENCE;
        self.asked.insert(question.clone(), query);
        self.open.insert((give_up_at, query));
        self.questions.insert(query, (question, give_up_at));
        self.unsent.push_back(query);
        Known::Asked
    }

    pub(super) fn poll_question(&mut self) -> Option<(QueryId, Question)> {
        let query = self.unsent.pop_front()?;
        let (question, _) = self.questions.get(&query)?;
        Some((query, question.clone()))
    }

    /// Takes an answer; false if nobody asked.
    pub(super) fn answer(
        &mut self,
        now: Duration,
        query: QueryId,
        answer: Result<Vec<Record>, ResolveError>,
    ) -> bool {
        let Some((question, give_up_at)) = self.questions.remove(&query) else {
            return false;
        };
        self.open.remove(&(give_up_at, query));
        self.asked.remove(&question);
        let (known, lifetime) = match answer {
            Ok(mut records) if !records.is_empty() => {
                records.truncate(limits::RECORDS);
                let ttl = records.iter().map(Record::ttl).min().unwrap_or(SHORTEST);
                (Known::Records(records), ttl.clamp(SHORTEST, LONGEST))
            }
            Ok(_) | Err(ResolveError::NotFound) => (Known::NoRecords, NEGATIVE),
            Err(ResolveError::Unanswered) => (self.stale(now, &question), UNANSWERED),
        };
        let until = now + lifetime;
        self.keep(question, Answer { known, until });
        true
    }

    /// What an answer that lapsed said, if that was not long ago.
    fn stale(&self, now: Duration, question: &Question) -> Known {
        self.answers
            .get(question)
            .filter(|answer| answer.until + LONGEST > now)
            .map_or(Known::Unanswered, |answer| answer.known.clone())
    }

    fn keep(&mut self, question: Question, answer: Answer) {
        if let Some(old) = self.answers.get(&question) {
            self.by_expiry.remove(&(old.until, question.clone()));
        } else if self.answers.len() >= limits::ANSWERS
            && let Some((_, oldest)) = self.by_expiry.pop_first()
        {
            self.answers.remove(&oldest);
        }
        self.by_expiry.insert((answer.until, question.clone()));
        self.answers.insert(question, answer);
    }

    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        self.open.first().map(|(at, _)| *at)
    }

    pub(super) fn handle_timeout(&mut self, now: Duration) -> bool {
        let mut is_any = false;
        while let Some((at, query)) = self.open.first().copied()
            && at <= now
        {
            is_any |= self.answer(now, query, Err(ResolveError::Unanswered));
        }
        is_any
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.answers.len()
    }
}
