import { useBlocker } from "@tanstack/react-router";
import { Modal } from "antd";
import { useTranslation } from "react-i18next";

/** Asks before work that was not saved is left. */
export function LeaveGuard({ unsaved }: { unsaved: boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker({
    shouldBlockFn: () => unsaved,
    enableBeforeUnload: unsaved,
    withResolver: true,
  });
  return (
    <Modal
      open={blocker.status === "blocked"}
      title={t("flow.leaveTitle")}
      okText={t("flow.leave")}
      okButtonProps={{ danger: true }}
      cancelText={t("trunk.cancel")}
      onOk={() => {
        blocker.proceed?.();
      }}
      onCancel={() => {
        blocker.reset?.();
      }}
    >
      {t("flow.leaveText")}
    </Modal>
  );
}
