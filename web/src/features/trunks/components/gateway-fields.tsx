import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { NEW_GATEWAY } from "../values";

const TRANSPORTS = ["auto", "udp", "tcp", "tls"] as const;

/** The other side's proxies. */
export function GatewayFields({ required }: { required: boolean }) {
  const { t } = useTranslation();
  const needed = [{ required, message: t("trunk.form.needed") }];
  return (
    <Form.List name={["outbound", "gateways"]}>
      {(gateways, { add, remove }) => (
        <fieldset className="form-group">
          <legend>{t("trunk.gateways")}</legend>
          {gateways.map(({ key, name }) => (
            <div className="form-row" key={key}>
              <Form.Item
                name={[name, "host"]}
                label={t("trunk.form.host")}
                rules={needed}
                className="form-wide"
              >
                <Input placeholder="sip.example.com" />
              </Form.Item>
              <Form.Item name={[name, "port"]} label={t("trunk.form.port")}>
                <InputNumber min={1} max={65_535} placeholder="5060" className="form-short" />
              </Form.Item>
              <Form.Item name={[name, "transport"]} label={t("trunk.form.transport")}>
                <Select
                  className="form-short"
                  options={TRANSPORTS.map((value) => ({
                    value,
                    label: t(`trunk.transports.${value}`),
                  }))}
                />
              </Form.Item>
              <Form.Item name={[name, "priority"]} label={t("trunk.form.priority")}>
                <InputNumber min={0} max={65_535} className="form-short" />
              </Form.Item>
              <Form.Item name={[name, "weight"]} label={t("trunk.form.weight")}>
                <InputNumber min={0} max={65_535} className="form-short" />
              </Form.Item>
              <Button
                type="text"
                className="form-remove"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={t("trunk.form.removeGateway", { nth: name + 1 })}
                disabled={gateways.length === 1}
                onClick={() => {
                  remove(name);
                }}
              />
            </div>
          ))}
          <Button
            icon={<PlusOutlined aria-hidden />}
            onClick={() => {
              add(NEW_GATEWAY);
            }}
          >
            {t("trunk.form.addGateway")}
          </Button>
        </fieldset>
      )}
    </Form.List>
  );
}
