import type { ColorMode } from "@xyflow/react";
import { Button, Popconfirm, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../../api/me";
import type { FlowDetail } from "../api/flows";
import type { FlowDocument } from "../model/document";
import { ExportButton } from "./file-tools";
import { ConflictModal } from "./conflict-modal";
import { FlowTitle } from "./flow-title";
import { useSaving } from "./save-state";
import { VersionsDrawer } from "./versions-drawer";
import { Workspace } from "./workspace";

interface Props {
  detail: FlowDetail;
  document: FlowDocument;
  version: number | undefined;
  appearance: ColorMode;
  memory: string;
  onVersion: (version: number | undefined) => void;
}

const NOTHING = () => undefined;

/** A version, or the draft for those who may not change it: to look at. */
export function VersionDesk({ detail, document, version, appearance, memory, onVersion }: Props) {
  const { t } = useTranslation();
  const { flow } = detail;
  const admin = useMe()?.user.role === "admin";
  const saving = useSaving(flow.id, document, detail.draft_version);
  const [listing, setListing] = useState(false);
  return (
    <Workspace
      flow={flow.id}
      version={version ?? flow.version ?? undefined}
      document={document}
      readOnly
      appearance={appearance}
      memory={memory}
      title={<FlowTitle flow={flow} />}
      onSave={NOTHING}
      actions={() => (
        <>
          <Tag>
            {version === undefined ? t("flow.draft") : t("flow.readOnlyVersion", { version })}
          </Tag>
          <ExportButton document={document} />
          <Button
            onClick={() => {
              setListing(true);
            }}
          >
            {t("flow.versions")}
          </Button>
          {version !== undefined && admin && (
            <Popconfirm
              title={t("flow.newDraftAsk", { version })}
              okText={t("flow.newDraft")}
              cancelText={t("trunk.cancel")}
              onConfirm={async () => {
                if ((await saving.save(document)) !== undefined) {
                  onVersion(undefined);
                }
              }}
            >
              <Button loading={saving.busy}>{t("flow.newDraft")}</Button>
            </Popconfirm>
          )}
          {version !== undefined && (
            <Button
              type="primary"
              onClick={() => {
                onVersion(undefined);
              }}
            >
              {t("flow.backToDraft")}
            </Button>
          )}
          <ConflictModal
            conflict={saving.conflict}
            busy={saving.busy}
            onDismiss={saving.dismiss}
            onSettle={(how) => {
              void saving.settle(how).then((kept) => {
                if (kept) {
                  onVersion(undefined);
                }
              });
            }}
          />
          {listing && (
            <VersionsDrawer
              flow={flow.id}
              live={flow.version ?? undefined}
              document={document}
              admin={admin}
              onLook={(other) => {
                setListing(false);
                onVersion(other);
              }}
              onClose={() => {
                setListing(false);
              }}
            />
          )}
        </>
      )}
    />
  );
}
