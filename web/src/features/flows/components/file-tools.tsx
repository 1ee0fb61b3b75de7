import { App, Button, Upload } from "antd";
import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { writeDocument, type FlowDocument } from "../model/document";
import { FILE_BYTES, readFlowFile } from "../model/file";
import { placed } from "../model/layout";

/** Gives a text as a file. */
export function download(name: string, text: string) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = window.document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Gives the flow as a file, every space and place in it. */
export function ExportButton({ document }: { document: FlowDocument }) {
  const { t } = useTranslation();
  return (
    <Button
      icon={<DownloadOutlined />}
      aria-label={t("flow.export")}
      title={t("flow.export")}
      onClick={() => {
        const text = JSON.stringify(writeDocument(document), null, 2);
        download(`${document.name || "flow"}.json`, text);
      }}
    />
  );
}

interface Props {
  document: FlowDocument;
  onImport: (document: FlowDocument) => void;
}

/** Reads a flow file in place of what is drawn, which can be undone; and gives one. */
export function FileTools({ document, onImport }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const read = async (file: File) => {
    if (file.size > FILE_BYTES) {
      void message.error(t("flow.fileTooLong", { mib: FILE_BYTES / 1024 / 1024 }));
      return;
    }
    const content = await readFlowFile(await file.text());
    if (content === undefined) {
      void message.error(t("flow.notAFlow"));
    } else if ("reason" in content) {
      void message.error(t("flow.unreadableFile", { ...content }));
    } else {
      onImport(placed({ ...content.document, name: document.name }));
      void message.info(t("flow.imported"));
    }
  };
  return (
    <>
      <Upload
        accept=".json,.yaml,.yml,application/json,application/yaml"
        showUploadList={false}
        beforeUpload={(file) => {
          void read(file);
          return false;
        }}
      >
        <Button icon={<UploadOutlined />} aria-label={t("flow.import")} title={t("flow.import")} />
      </Upload>
      <ExportButton document={document} />
    </>
  );
}
