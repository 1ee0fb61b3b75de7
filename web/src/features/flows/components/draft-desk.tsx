import { HistoryOutlined } from "@ant-design/icons";
import type { ColorMode } from "@xyflow/react";
import { Button, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FlowDetail } from "../api/flows";
import type { FlowDocument } from "../model/document";
import { ConflictModal } from "./conflict-modal";
import { FlowTitle } from "./flow-title";
import { LeaveGuard } from "./leave-guard";
import { PublishButton } from "./publish-button";
import { useSaving } from "./save-state";
import { FileTools } from "./file-tools";
import { VersionsDrawer } from "./versions-drawer";
import { Workspace, type Work } from "./workspace";

interface Props {
  detail: FlowDetail;
  document: FlowDocument;
  appearance: ColorMode;
  memory: string;
  onVersion: (version: number | undefined) => void;
}

/** The draft of a flow, to be drawn, saved and published. */
export function DraftDesk({ detail, document: opened, appearance, memory, onVersion }: Props) {
  const { t } = useTranslation();
  const { flow } = detail;
  const saving = useSaving(flow.id, opened, detail.draft_version);
  const [listing, setListing] = useState(false);
  const actions = ({ act, document, problems }: Work) => {
    const unsaved = document !== saving.kept;
    return (
      <>
        <LeaveGuard unsaved={unsaved} />
        <Tag color={unsaved ? "warning" : "default"}>
          {t(unsaved ? "flow.unsaved" : "flow.allSaved")}
        </Tag>
        <FileTools
          document={document}
          onImport={(imported) => {
            act({ act: "edit", document: imported });
          }}
        />
        <Button
          icon={<HistoryOutlined aria-hidden />}
          onClick={() => {
            setListing(true);
          }}
        >
          {t("flow.versions")}
        </Button>
        <Button
          disabled={!unsaved}
          loading={saving.busy}
          onClick={() => void saving.save(document)}
        >
          {t("flow.save")}
        </Button>
        <PublishButton flow={flow.id} document={document} problems={problems} saving={saving} />
        <ConflictModal
          conflict={saving.conflict}
          busy={saving.busy}
          onDismiss={saving.dismiss}
          onSettle={(how) => {
            void saving.settle(how).then((shown) => {
              if (shown) {
                act({ act: "open", document: shown });
              }
            });
          }}
        />
        {listing && (
          <VersionsDrawer
            flow={flow.id}
            live={flow.version ?? undefined}
            document={document}
            admin
            onLook={onVersion}
            onClose={() => {
              setListing(false);
            }}
          />
        )}
      </>
    );
  };
  return (
    <Workspace
      flow={flow.id}
      version={flow.version ?? undefined}
      document={opened}
      readOnly={false}
      appearance={appearance}
      memory={memory}
      title={<FlowTitle flow={flow} />}
      actions={actions}
      onSave={(document) => {
        void saving.save(document);
      }}
    />
  );
}
