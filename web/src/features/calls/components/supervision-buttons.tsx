import { App, Button, Popconfirm, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { RequestFailed } from "../../../api/client";
import { useMe } from "../../../api/me";
import { useFailureText } from "../../../components/failure";
import { useSupervise, type LiveCall, type Wish } from "../api/calls";
import { ownPart, wishesFor } from "../supervision";

/** Who supervises a call, and the buttons by which one does so oneself. */
export function SupervisionButtons({ call }: { call: LiveCall }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const textOf = useRefusalText();
  const supervise = useSupervise();
  const agent = useMe()?.user.agent ?? undefined;
  const mode = ownPart(call, agent)?.mode;
  const asked = supervise.isPending ? supervise.variables.wish : undefined;
  const ask = (wish: Wish) => {
    const onError = (failure: unknown) => void message.error(textOf(failure));
    supervise.mutate({ id: call.id, wish }, { onError });
  };
  const wishes = wishesFor(call, agent);
  return (
    <div className="supervision">
      {wishes.length > 0 && (
        <div
          role="group"
          className="supervision-wishes"
          aria-label={t("supervision.group", { caller: call.caller })}
        >
          {wishes.map((wish) => {
            const button = {
              size: "small",
              loading: asked === wish,
              disabled: supervise.isPending && asked !== wish,
            } as const;
            if (wish === "stop") {
              return (
                <Button key={wish} danger {...button} onClick={() => ask(wish)}>
                  {t("supervision.stop")}
                </Button>
              );
            }
            const title = t(`supervision.do.${wish}`);
            return wish === "take_over" ? (
              <Popconfirm
                key={wish}
                title={t("supervision.takeOverAsk", { agent: call.agent?.name })}
                okText={title}
                cancelText={t("common.no")}
                onConfirm={() => ask(wish)}
              >
                <Button {...button}>{title}</Button>
              </Popconfirm>
            ) : (
              <Button
                key={wish}
                {...button}
                type={mode === wish ? "primary" : "default"}
                aria-pressed={mode === wish}
                onClick={() => ask(wish)}
              >
                {title}
              </Button>
            );
          })}
        </div>
      )}
      {call.supervisors.length > 0 && (
        <div>
          {call.supervisors.map((one) => (
            <Tag key={one.agent.id}>
              {t(one.hears ? "supervision.hears" : "supervision.ringing", {
                name: one.agent.name ?? one.agent.id,
                mode: t(`record.supervision.${one.mode}`),
              })}
            </Tag>
          ))}
        </div>
      )}
      {wishes.length === 0 && call.supervisors.length === 0 && t("common.none")}
    </div>
  );
}

/** Why a wish was refused, as it concerns the one who asked. */
function useRefusalText(): (failure: unknown) => string {
  const { t, i18n } = useTranslation();
  const textOf = useFailureText();
  return (failure) => {
    const code = failure instanceof RequestFailed ? failure.problem?.code : undefined;
    const key = `supervision.refusals.${code ?? ""}`;
    return i18n.exists(key) ? t(key) : textOf(failure);
  };
}
