import { Form, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DIAL_LISTS, NOTHING, judge, type DialRules } from "../dialing";
import { rewrite, type Rule } from "../rules";

/** Which numbers may be dialled, with the verdict on a number that is tried. */
export function DialingFields() {
  const { t } = useTranslation();
  return (
    <>
      <p className="form-lead">{t("trunk.form.dialingLead")}</p>
      {DIAL_LISTS.map((list) => (
        <Form.Item
          key={list}
          name={["dialing", list]}
          label={t(`trunk.dialing.${list}`)}
          extra={t(`trunk.dialingHints.${list}`)}
        >
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", ","]} />
        </Form.Item>
      ))}
      <Trial />
    </>
  );
}

function Trial() {
  const { t } = useTranslation();
  const [tried, setTried] = useState("00447700900000");
  const rules = Form.useWatch<DialRules | undefined>("dialing") ?? NOTHING;
  const written =
    Form.useWatch<(Partial<Rule> | undefined)[] | undefined>(["rules", "called_out"]) ?? [];
  const { number } = rewrite(written, tried);
  const { verdict, prefix } = judge(rules, number);
  return (
    <div className="rule-preview">
      <label htmlFor="try-dialing">{t("trunk.form.try")}</label>
      <Input
        id="try-dialing"
        value={tried}
        onChange={(event) => {
          setTried(event.target.value.trim());
        }}
      />
      <output htmlFor="try-dialing" data-testid="verdict">
        {t("trunk.form.dialedAs")} <strong className="figure">{number || t("common.none")}</strong>{" "}
        <span className="muted">{t(`trunk.verdicts.${verdict}`, { prefix: prefix ?? "" })}</span>
      </output>
    </div>
  );
}
