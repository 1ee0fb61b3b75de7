import { Form, Input, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";

const FROM = ["trunk_number", "caller", "fixed"] as const;
const SWITCHES = ["asserted", "diversion", "privacy", "user_phone"] as const;

/** Who the callee is told is calling. */
export function IdentityFields() {
  const { t } = useTranslation();
  const from = Form.useWatch<string | undefined>(["identity", "from"]);
  const fixed = from === "fixed";
  return (
    <>
      <div className="form-row">
        <Form.Item name={["identity", "from"]} label={t("trunk.form.from")} className="form-wide">
          <Select options={FROM.map((value) => ({ value, label: t(`trunk.from.${value}`) }))} />
        </Form.Item>
        <Form.Item
          name={["identity", "number"]}
          label={t("trunk.form.fixedNumber")}
          rules={fixed ? [{ required: true, message: t("trunk.form.needed") }] : []}
          hidden={!fixed}
          className="form-wide"
        >
          <Input />
        </Form.Item>
      </div>
      {SWITCHES.map((name) => (
        <Form.Item
          key={name}
          name={["identity", name]}
          label={t(`trunk.identity.${name}`)}
          extra={t(`trunk.identityHints.${name}`)}
          valuePropName="checked"
        >
          <Switch />
        </Form.Item>
      ))}
    </>
  );
}
