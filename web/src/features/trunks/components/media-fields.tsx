import { Checkbox, Form, InputNumber, Radio, Select } from "antd";
import { useTranslation } from "react-i18next";

const CODECS = ["pcma", "pcmu", "g722", "opus", "g729"] as const;
const DTMF = ["rfc4733", "info", "inband"] as const;
const SRTP = ["off", "optional", "required"] as const;
const EARLY_MEDIA = ["record", "end", "ignore"] as const;
const FIXUPS = [
  "address_from_source",
  "assume_telephone_event",
  "omit_sendrecv",
  "omit_ptime",
] as const;

/** Codecs, key presses, encryption, repairs of session descriptions, and what is listened for. */
export function MediaFields() {
  const { t } = useTranslation();
  const needed = [{ required: true, message: t("trunk.form.needed") }];
  return (
    <>
      <Form.Item
        name={["media", "codecs"]}
        label={t("trunk.form.codecs")}
        extra={t("trunk.form.codecsHint")}
        rules={needed}
      >
        <Select
          mode="multiple"
          options={CODECS.map((value) => ({ value, label: t(`trunk.codecs.${value}`) }))}
        />
      </Form.Item>
      <Form.Item
        name={["media", "dtmf"]}
        label={t("trunk.form.dtmf")}
        extra={t("trunk.form.dtmfHint")}
      >
        <Radio.Group options={DTMF.map((value) => ({ value, label: t(`trunk.dtmf.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name={["media", "srtp"]}
        label={t("trunk.form.srtp")}
        extra={t("trunk.form.srtpHint")}
      >
        <Radio.Group options={SRTP.map((value) => ({ value, label: t(`trunk.srtp.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name={["media", "timeout_seconds"]}
        label={t("trunk.form.mediaTimeout")}
        extra={t("trunk.form.mediaTimeoutHint")}
      >
        <InputNumber min={5} max={3_600} placeholder={t("trunk.form.never")} />
      </Form.Item>
      <Form.Item name={["media", "fixups"]} label={t("trunk.form.fixups")}>
        <Checkbox.Group
          className="form-column"
          options={FIXUPS.map((value) => ({ value, label: t(`trunk.fixups.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name={["detection", "early_media"]} label={t("trunk.form.earlyMedia")}>
        <Radio.Group
          options={EARLY_MEDIA.map((value) => ({ value, label: t(`trunk.earlyMedia.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name={["detection", "answering_machine"]} valuePropName="checked">
        <Checkbox>{t("trunk.form.answeringMachine")}</Checkbox>
      </Form.Item>
      <Form.Item name={["detection", "fax"]} valuePropName="checked">
        <Checkbox>{t("trunk.form.fax")}</Checkbox>
      </Form.Item>
    </>
  );
}
