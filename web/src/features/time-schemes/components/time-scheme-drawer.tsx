import { Button, Drawer, Form, Input, Space } from "antd";
import { useTranslation } from "react-i18next";
import { RequestFailed } from "../../../api/client";
import { Failure } from "../../../components/failure";
import { useSaveTimeScheme, type TimeScheme, type TimeSchemeRequest } from "../api/time-schemes";
import { placeOf, valuesOf } from "../values";
import { Rows } from "./rows";

interface Props {
  /** The scheme to change; a new one is made if missing. */
  scheme: TimeScheme | undefined;
  onClose: () => void;
}

export function TimeSchemeDrawer({ scheme, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm();
  const save = useSaveTimeScheme(scheme);
  const refuse = (failure: unknown) => {
    const errors = failure instanceof RequestFailed ? (failure.problem?.errors ?? []) : [];
    form.setFields(
      errors.map(({ pointer, detail }) => ({ name: placeOf(pointer), errors: [detail] })),
    );
  };
  return (
    <Drawer
      open
      size={640}
      onClose={onClose}
      title={scheme ? t("timeScheme.editTitle", { name: scheme.name }) : t("timeScheme.addTitle")}
      footer={
        <Space className="drawer-foot">
          <Button onClick={onClose}>{t("timeScheme.cancel")}</Button>
          <Button type="primary" loading={save.isPending} onClick={form.submit}>
            {t("timeScheme.save")}
          </Button>
        </Space>
      }
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={valuesOf(scheme)}
        onFinish={(values: TimeSchemeRequest) => {
          save.mutate(values, { onSuccess: onClose, onError: refuse });
        }}
      >
        {save.error && (
          <div className="form-alert">
            <Failure failure={save.error} />
          </div>
        )}
        <Form.Item
          name="name"
          label={t("timeScheme.name")}
          extra={t("timeScheme.nameHint")}
          rules={[{ required: true, message: t("timeScheme.needed") }]}
        >
          <Input maxLength={64} autoComplete="off" />
        </Form.Item>
        <Rows list="hours" />
        <Rows list="holidays" />
        <Rows list="workdays" />
      </Form>
    </Drawer>
  );
}
