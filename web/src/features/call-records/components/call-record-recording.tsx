import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Player } from "../../../components/player";
import { recordingAddress, type CallRecordDetail } from "../api/call-records";

export function CallRecordRecording({ record }: { record: CallRecordDetail }) {
  const { t } = useTranslation();
  const file = record.recording_file;
  if (!file) {
    return <Typography.Text type="secondary">{t("record.detail.noRecording")}</Typography.Text>;
  }
  const source = recordingAddress(record.id);
  return (
    <>
      {file.state === "faulty" && (
        <Alert
          type="warning"
          showIcon
          title={t("record.detail.faulty", { fault: file.fault ?? "" })}
        />
      )}
      {file.state === "open" && <Alert type="info" showIcon title={t("record.detail.open")} />}
      <Player source={source} />
      <div className="recording-note">
        <Typography.Text type="secondary">{t("record.detail.channels")}</Typography.Text>
        {file.sha256 && (
          <Typography.Text type="secondary" copyable={{ text: file.sha256 }}>
            SHA-256 {file.sha256.slice(0, 12)}…
          </Typography.Text>
        )}
        <Button
          type="link"
          href={source}
          download={`${record.id}.${file.format}`}
          icon={<DownloadOutlined aria-hidden />}
        >
          {t("record.detail.download")}
        </Button>
      </div>
    </>
  );
}
