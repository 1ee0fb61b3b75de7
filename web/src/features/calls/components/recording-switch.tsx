import { App, Badge, Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { usePauseRecording, type LiveCall } from "../api/calls";

/** Whether a call is recorded, and the button that keeps what is said out of the recording. */
export function RecordingSwitch({ call }: { call: LiveCall }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const textOf = useFailureText();
  const pause = usePauseRecording();
  const paused = call.recording_paused;
  return (
    <Space>
      <Badge
        status={paused ? "warning" : "error"}
        text={t(paused ? "call.recordingPaused" : "call.recorded")}
      />
      <Button
        size="small"
        loading={pause.isPending}
        onClick={() => {
          pause.mutate(call, { onError: (failure) => void message.error(textOf(failure)) });
        }}
      >
        {t(paused ? "call.resumeRecording" : "call.pauseRecording")}
      </Button>
    </Space>
  );
}
