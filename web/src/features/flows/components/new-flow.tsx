import { useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFailureText } from "../../../components/failure";
import { flowQuery, useCreateFlow, type Flow } from "../api/flows";
import {
  LANGUAGES,
  NAME_CHARS,
  emptyDocument,
  readDocument,
  writeDocument,
} from "../model/document";

interface Values {
  name: string;
  language: string;
}

interface Props {
  /** The flow that is copied, places included; a small one is made if none. */
  source: Flow | undefined;
  onMade: (id: string) => void;
  onClose: () => void;
}

export function NewFlow({ source, onMade, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const failureText = useFailureText();
  const cache = useQueryClient();
  const create = useCreateFlow();
  const [form] = Form.useForm<Values>();
  const [failure, setFailure] = useState<unknown>();
  const make = async ({ name, language }: Values) => {
    try {
      const copied = source && (await cache.fetchQuery(flowQuery(source.id))).document;
      const document = readDocument(copied) ?? emptyDocument(name, language);
      const made = await create.mutateAsync(writeDocument({ ...document, name }));
      onMade(made.flow.id);
    } catch (refused) {
      setFailure(refused);
    }
  };
  return (
    <Modal
      open
      title={source ? t("flow.copyOf", { name: source.name }) : t("flow.add")}
      okText={t("flow.create")}
      cancelText={t("trunk.cancel")}
      confirmLoading={create.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      {failure !== undefined && (
        <Alert type="error" showIcon title={failureText(failure)} className="form-alert" />
      )}
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{
          name: source ? t("flow.copyName", { name: source.name }) : "",
          language: i18n.language === "zh" ? "zh-CN" : "en-US",
        }}
        onFinish={(values) => void make(values)}
      >
        <Form.Item name="name" label={t("flow.name")} rules={[{ required: true, max: NAME_CHARS }]}>
          <Input maxLength={NAME_CHARS} />
        </Form.Item>
        {!source && (
          <Form.Item name="language" label={t("flow.fields.language")}>
            <Select
              options={LANGUAGES.map((tag) => ({ value: tag, label: t(`flow.choices.${tag}`) }))}
            />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
