import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { RequestFailed } from "../api/client";

/** What went wrong, in the reader's language where the server's code is known. */
export function useFailureText(): (failure: unknown) => string {
  const { t, i18n } = useTranslation();
  return (failure) => {
    if (!(failure instanceof RequestFailed)) {
      return t("problem.offline");
    }
    const key = `problem.code.${failure.problem?.code ?? ""}`;
    return i18n.exists(key) ? t(key) : (failure.problem?.detail ?? t("problem.unknown"));
  };
}

interface Props {
  failure: unknown;
  onRetry?: () => void;
}

export function Failure({ failure, onRetry }: Props) {
  const { t } = useTranslation();
  const text = useFailureText();
  const ours = failure instanceof RequestFailed && failure.status >= 500;
  const id = ours ? failure.problem?.request_id : undefined;
  return (
    <Alert
      type="error"
      showIcon
      title={text(failure)}
      description={id ? t("problem.reference", { id }) : undefined}
      action={onRetry ? <Button onClick={onRetry}>{t("common.retry")}</Button> : undefined}
    />
  );
}
