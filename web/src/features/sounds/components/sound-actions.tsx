import { App, Button, Popconfirm, Space, Upload } from "antd";
import { useTranslation } from "react-i18next";
import { RequestFailed } from "../../../api/client";
import { useFailureText } from "../../../components/failure";
import { useDeleteSound, useReplaceSound, type Sound } from "../api/sounds";
import { ACCEPTED } from "../values";

export function SoundActions({ sound }: { sound: Sound }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const textOf = useFailureText();
  const removal = useDeleteSound();
  const replacement = useReplaceSound();
  const named = { name: sound.name };
  const refused = (failure: unknown) => {
    const used = failure instanceof RequestFailed && failure.problem?.code === "in_use";
    const flows = sound.used_by.join(", ");
    void message.error(used && flows !== "" ? t("sound.inUse", { flows }) : textOf(failure));
  };
  return (
    <Space>
      <Upload
        accept={ACCEPTED}
        showUploadList={false}
        beforeUpload={(file) => {
          replacement.mutate(
            { sound, file },
            {
              onSuccess: () => void message.success(t("sound.replaced", named)),
              onError: refused,
            },
          );
          return false;
        }}
      >
        <Button
          size="small"
          loading={replacement.isPending}
          aria-label={t("sound.replaceNamed", named)}
        >
          {t("sound.replace")}
        </Button>
      </Upload>
      <Popconfirm
        title={t("sound.deleteAsk", named)}
        description={t("sound.deleteHint")}
        okText={t("sound.delete")}
        cancelText={t("sound.cancel")}
        okButtonProps={{ danger: true }}
        onConfirm={() => {
          removal.mutate(sound, { onError: refused });
        }}
      >
        <Button
          size="small"
          danger
          loading={removal.isPending}
          aria-label={t("sound.deleteNamed", named)}
        >
          {t("sound.delete")}
        </Button>
      </Popconfirm>
    </Space>
  );
}
