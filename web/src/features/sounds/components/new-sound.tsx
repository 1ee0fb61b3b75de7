import { Form, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "../../../components/failure";
import { useCreateSound } from "../api/sounds";
import { NAME_CHARS, nameOf } from "../values";

interface Props {
  file: File;
  onClose: () => void;
}

/** Asks for the name under which flows will know a file. */
export function NewSound({ file, onClose }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(() => nameOf(file.name));
  const creation = useCreateSound();
  const create = () => {
    if (name.trim() !== "") {
      creation.mutate({ name: name.trim(), file }, { onSuccess: onClose });
    }
  };
  return (
    <Modal
      open
      title={t("sound.addTitle")}
      okText={t("sound.upload")}
      cancelText={t("sound.cancel")}
      okButtonProps={{ disabled: name.trim() === "" }}
      confirmLoading={creation.isPending}
      onOk={create}
      onCancel={onClose}
    >
      {creation.error && <Failure failure={creation.error} />}
      <Form layout="vertical" onFinish={create}>
        <Form.Item label={t("sound.file")}>{file.name}</Form.Item>
        <Form.Item label={t("sound.name")} htmlFor="sound-name" extra={t("sound.nameHint")}>
          <Input
            id="sound-name"
            autoFocus
            value={name}
            maxLength={NAME_CHARS}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
