import { Button, Modal, Space } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../locales/format";
import type { Conflict } from "./save-state";

interface Props {
  conflict: Conflict | undefined;
  busy: boolean;
  onSettle: (how: "theirs" | "mine" | "both") => void;
  onDismiss: () => void;
}

/** Says who saved the draft meanwhile, and asks what shall become of both. */
export function ConflictModal({ conflict, busy, onSettle, onDismiss }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { changed_by: person, changed_at: at } = conflict?.theirs.flow ?? {};
  const name = person?.name;
  return (
    <Modal
      open={conflict !== undefined}
      title={t("flow.conflict")}
      onCancel={onDismiss}
      footer={
        <Space wrap>
          <Button
            disabled={busy}
            onClick={() => {
              onSettle("theirs");
            }}
          >
            {t("flow.conflictReload")}
          </Button>
          <Button
            disabled={busy}
            danger
            onClick={() => {
              onSettle("mine");
            }}
          >
            {t("flow.conflictOverwrite")}
          </Button>
          <Button
            disabled={busy}
            type="primary"
            onClick={() => {
              onSettle("both");
            }}
          >
            {t("flow.conflictMerge")}
          </Button>
        </Space>
      }
    >
      {name != null && at != null
        ? t("flow.conflictBy", { name, at: format.instant(at) })
        : t("flow.conflictUnknown")}
    </Modal>
  );
}
