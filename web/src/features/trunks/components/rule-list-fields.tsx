import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import type { RuleList } from "../values";

const NEW_RULE = { prefix: "", min_length: null, max_length: null, strip: 0, prepend: "" };

/** The rules of one number and direction. */
export function RuleListFields({ list }: { list: RuleList }) {
  const { t } = useTranslation();
  return (
    <Form.List name={["rules", list]}>
      {(rules, { add, remove }) => (
        <>
          {rules.map(({ key, name }) => (
            <div className="form-row" key={key}>
              <Form.Item
                name={[name, "prefix"]}
                label={t("trunk.form.prefix")}
                className="form-wide"
              >
                <Input placeholder={t("trunk.form.anyNumber")} />
              </Form.Item>
              <Form.Item name={[name, "min_length"]} label={t("trunk.form.minLength")}>
                <InputNumber min={0} max={64} className="form-short" />
              </Form.Item>
              <Form.Item name={[name, "max_length"]} label={t("trunk.form.maxLength")}>
                <InputNumber min={0} max={64} className="form-short" />
              </Form.Item>
              <Form.Item name={[name, "strip"]} label={t("trunk.form.strip")}>
                <InputNumber min={0} max={64} className="form-short" />
              </Form.Item>
              <Form.Item
                name={[name, "prepend"]}
                label={t("trunk.form.prepend")}
                className="form-wide"
              >
                <Input />
              </Form.Item>
              <Button
                type="text"
                className="form-remove"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={t("trunk.form.removeRule", { nth: name + 1 })}
                onClick={() => {
                  remove(name);
                }}
              />
            </div>
          ))}
          <Button
            icon={<PlusOutlined aria-hidden />}
            aria-label={`${t("trunk.form.addRule")}: ${t(`trunk.rules.${list}`)}`}
            onClick={() => {
              add(NEW_RULE);
            }}
          >
            {t("trunk.form.addRule")}
          </Button>
        </>
      )}
    </Form.List>
  );
}
