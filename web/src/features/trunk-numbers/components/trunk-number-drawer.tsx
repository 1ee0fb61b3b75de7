import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Form, Input, Radio, Select, Space, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { RequestFailed } from "../../../api/client";
import { Failure } from "../../../components/failure";
import {
  flowsQuery,
  queuesQuery,
  trunksQuery,
  useSaveTrunkNumber,
  type TrunkNumber,
} from "../api/trunk-numbers";
import { fieldOf, requestOf, valuesOf, type Values } from "../values";

interface Props {
  /** The number to change; a new one is made if missing. */
  number: TrunkNumber | undefined;
  onClose: () => void;
}

const KINDS = ["flow", "queue"] as const;

interface Named {
  id: string;
  name: string;
}

function choices(items: Named[] | undefined) {
  return items?.map(({ id, name }) => ({ value: id, label: name })) ?? [];
}

export function TrunkNumberDrawer({ number, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm();
  const save = useSaveTrunkNumber(number);
  const refuse = (failure: unknown) => {
    const errors = failure instanceof RequestFailed ? (failure.problem?.errors ?? []) : [];
    for (const { pointer, detail } of errors) {
      form.setFields([{ name: [fieldOf(pointer)], errors: [detail] }]);
    }
  };
  return (
    <Drawer
      open
      size={520}
      onClose={onClose}
      title={
        number ? t("trunkNumber.editTitle", { number: number.number }) : t("trunkNumber.addTitle")
      }
      footer={
        <Space className="drawer-foot">
          <Button onClick={onClose}>{t("trunkNumber.cancel")}</Button>
          <Button type="primary" loading={save.isPending} onClick={form.submit}>
            {t("trunkNumber.save")}
          </Button>
        </Space>
      }
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={valuesOf(number)}
        onFinish={() => {
          const values: Values = form.getFieldsValue(true);
          save.mutate(requestOf(values), { onSuccess: onClose, onError: refuse });
        }}
      >
        {save.error && (
          <div className="form-alert">
            <Failure failure={save.error} />
          </div>
        )}
        <Fields />
      </Form>
    </Drawer>
  );
}

function Fields() {
  const { t } = useTranslation();
  const to = Form.useWatch<Values["to"] | undefined>("to");
  const trunks = useQuery(trunksQuery).data?.items;
  const flows = useQuery(flowsQuery).data?.items.filter(({ version }) => version != null);
  const queues = useQuery(queuesQuery).data?.items;
  const needed = [{ required: true, message: t("trunkNumber.needed") }];
  return (
    <>
      <Form.Item
        name="number"
        label={t("trunkNumber.number")}
        extra={t("trunkNumber.numberHint")}
        rules={needed}
      >
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="trunk" label={t("trunkNumber.trunk")} rules={needed}>
        <Select
          options={choices(trunks?.map(({ id, settings }) => ({ id, name: settings.name })))}
        />
      </Form.Item>
      <Form.Item name="to" label={t("trunkNumber.destination")}>
        <Radio.Group
          options={KINDS.map((value) => ({ value, label: t(`trunkNumber.to.${value}`) }))}
        />
      </Form.Item>
      {to === "queue" ? (
        <Form.Item name="queue" label={t("trunkNumber.to.queue")} rules={needed}>
          <Select options={choices(queues)} />
        </Form.Item>
      ) : (
        <Form.Item name="flow" label={t("trunkNumber.to.flow")} rules={needed}>
          <Select options={choices(flows)} />
        </Form.Item>
      )}
      <Form.Item
        name="recorded"
        label={t("trunkNumber.recorded")}
        extra={t("trunkNumber.recordedHint")}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
    </>
  );
}
