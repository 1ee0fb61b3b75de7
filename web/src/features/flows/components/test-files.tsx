import { DownloadOutlined, UploadOutlined } from "@ant-design/icons";
import { App, Button, Upload } from "antd";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { refusalOf } from "../api/flows";
import { readTests } from "../api/tests";
import { testsText, type FlowTest } from "../model/simulation";
import { download } from "./file-tools";

interface Props {
  /** The flow's name. */
  flow: string;
  tests: readonly FlowTest[];
  onRead: (tests: FlowTest[]) => void;
}

/** Gives the tests as a file that `trunkline flow test` runs, and reads one in their place. */
export function TestFiles({ flow, tests, onRead }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failureText = useFailureText();
  const read = async (file: File) => {
    try {
      onRead(await readTests(await file.text()));
    } catch (failure) {
      const [reason] = refusalOf(failure);
      void message.error(
        reason ? t("flow.tests.notTests", { reason: reason.message }) : failureText(failure),
      );
    }
  };
  return (
    <>
      <Upload
        accept=".json,.yaml,.yml"
        showUploadList={false}
        beforeUpload={(file) => {
          void read(file);
          return false;
        }}
      >
        <Button
          icon={<UploadOutlined aria-hidden />}
          aria-label={t("flow.tests.import")}
          title={t("flow.tests.import")}
        />
      </Upload>
      <Button
        icon={<DownloadOutlined aria-hidden />}
        aria-label={t("flow.tests.export")}
        title={t("flow.tests.export")}
        disabled={tests.length === 0}
        onClick={() => {
          download(`${flow || "flow"}.tests.json`, testsText(flow, tests));
        }}
      />
    </>
  );
}
