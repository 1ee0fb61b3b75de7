import { Form, Input, InputNumber, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";

/** The name, how calls are recognised, and how many there may be. */
export function InboundFields() {
  const { t } = useTranslation();
  const proves = Form.useWatch<boolean | undefined>("proves");
  const needed = [{ required: true, message: t("trunk.form.needed") }];
  return (
    <>
      <div className="form-row">
        <Form.Item name="name" label={t("trunk.name")} rules={needed} className="form-wide">
          <Input maxLength={64} />
        </Form.Item>
        <Form.Item name="enabled" label={t("trunk.form.enabled")} valuePropName="checked">
          <Switch />
        </Form.Item>
      </div>
      <p className="form-lead">{t("trunk.form.inboundLead")}</p>
      <Form.Item
        name={["inbound", "sources"]}
        label={t("trunk.form.sources")}
        extra={t("trunk.form.sourcesHint")}
      >
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", ","]} />
      </Form.Item>
      <Form.Item
        name={["inbound", "tls_names"]}
        label={t("trunk.form.tlsNames")}
        extra={t("trunk.form.tlsNamesHint")}
      >
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", ","]} />
      </Form.Item>
      <Form.Item name="proves" label={t("trunk.form.proves")} valuePropName="checked">
        <Switch />
      </Form.Item>
      <div className="form-row" hidden={!proves}>
        <Form.Item
          name={["inbound", "account", "user"]}
          label={t("trunk.form.user")}
          rules={proves ? needed : []}
          className="form-wide"
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item
          name={["inbound", "account", "password"]}
          label={t("trunk.form.password")}
          extra={t("trunk.form.passwordHint")}
          className="form-wide"
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </div>
      <Form.Item
        name={["inbound", "trusts_identity"]}
        label={t("trunk.form.trusts")}
        extra={t("trunk.form.trustsHint")}
        valuePropName="checked"
      >
        <Switch />
      </Form.Item>
      <div className="form-row">
        <Form.Item
          name={["limits", "concurrent_calls"]}
          label={t("trunk.form.concurrent")}
          className="form-wide"
        >
          <InputNumber min={1} max={100_000} placeholder={t("trunk.form.unlimited")} />
        </Form.Item>
        <Form.Item
          name={["limits", "calls_per_second"]}
          label={t("trunk.form.rate")}
          className="form-wide"
        >
          <InputNumber min={1} max={100_000} placeholder={t("trunk.form.unlimited")} />
        </Form.Item>
      </div>
    </>
  );
}
