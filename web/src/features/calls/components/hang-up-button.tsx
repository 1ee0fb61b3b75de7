import { App, Button, Popconfirm } from "antd";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { useHangUp, type LiveCall } from "../api/calls";

export function HangUpButton({ call }: { call: LiveCall }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const textOf = useFailureText();
  const hangUp = useHangUp();
  return (
    <Popconfirm
      title={t("call.hangUpAsk")}
      okText={t("call.hangUp")}
      cancelText={t("common.no")}
      onConfirm={() => {
        hangUp.mutate(call.id, { onError: (failure) => void message.error(textOf(failure)) });
      }}
    >
      <Button danger size="small" loading={hangUp.isPending}>
        {t("call.hangUp")}
      </Button>
    </Popconfirm>
  );
}
