import { Form, Input, InputNumber, Select, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { GatewayFields } from "./gateway-fields";

const UNAVAILABLE = ["end", "next_gateway"] as const;

interface Props {
  /** Whether a password is stored already. */
  stored: boolean;
}

/** Where outbound calls go, and with which account. */
export function OutboundFields({ stored }: Props) {
  const { t } = useTranslation();
  const dials = Form.useWatch<boolean | undefined>("dials");
  const challenged = Form.useWatch<boolean | undefined>("challenged");
  const registers = Form.useWatch<boolean | undefined>("registers");
  const needed = [{ required: true, message: t("trunk.form.needed") }];
  return (
    <>
      <Form.Item name="dials" label={t("trunk.form.dials")} valuePropName="checked">
        <Switch />
      </Form.Item>
      <div hidden={!dials}>
        <GatewayFields required={dials === true} />
        <Form.Item name="challenged" label={t("trunk.form.challenged")} valuePropName="checked">
          <Switch />
        </Form.Item>
        <div className="form-row" hidden={!challenged}>
          <Form.Item
            name={["outbound", "credentials", "user"]}
            label={t("trunk.form.user")}
            rules={dials && challenged ? needed : []}
            className="form-wide"
          >
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item
            name={["outbound", "credentials", "password"]}
            label={t("trunk.form.password")}
            {...(stored && { extra: t("trunk.form.passwordHint") })}
            className="form-wide"
          >
            <Input.Password autoComplete="new-password" />
          </Form.Item>
        </div>
        <Form.Item name="registers" label={t("trunk.form.registers")} valuePropName="checked">
          <Switch />
        </Form.Item>
        <div className="form-row" hidden={!registers}>
          <Form.Item
            name={["outbound", "registration", "user"]}
            label={t("trunk.form.registrationUser")}
            rules={dials && registers ? needed : []}
            className="form-wide"
          >
            <Input autoComplete="off" />
          </Form.Item>
          <Form.Item
            name={["outbound", "registration", "domain"]}
            label={t("trunk.form.registrationDomain")}
            rules={dials && registers ? needed : []}
            className="form-wide"
          >
            <Input />
          </Form.Item>
          <Form.Item
            name={["outbound", "registration", "expires_seconds"]}
            label={t("trunk.form.expires")}
          >
            <InputNumber min={60} max={86_400} />
          </Form.Item>
        </div>
        <div className="form-row">
          <Form.Item
            name={["outbound", "health_seconds"]}
            label={t("trunk.form.health")}
            extra={t("trunk.form.healthHint")}
            className="form-wide"
          >
            <InputNumber min={5} max={3_600} />
          </Form.Item>
          <Form.Item
            name={["outbound", "from_domain"]}
            label={t("trunk.form.fromDomain")}
            extra={t("trunk.form.fromDomainHint")}
            className="form-wide"
          >
            <Input />
          </Form.Item>
        </div>
        <div className="form-row">
          <Form.Item
            name={["outbound", "when_unavailable"]}
            label={t("trunk.form.whenUnavailable")}
            className="form-wide"
          >
            <Select
              options={UNAVAILABLE.map((value) => ({
                value,
                label: t(`trunk.whenUnavailable.${value}`),
              }))}
            />
          </Form.Item>
        </div>
        <div className="form-row">
          <Form.Item
            name={["outbound", "tcp_when_large"]}
            label={t("trunk.form.tcpWhenLarge")}
            valuePropName="checked"
            className="form-wide"
          >
            <Switch />
          </Form.Item>
          <Form.Item
            name={["outbound", "follow_redirects"]}
            label={t("trunk.form.redirects")}
            valuePropName="checked"
            className="form-wide"
          >
            <Switch />
          </Form.Item>
        </div>
      </div>
    </>
  );
}
