import { Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RULE_LISTS, type RuleList } from "../values";
import { rewrite, type Rule } from "../rules";
import { RuleListFields } from "./rule-list-fields";

/** What is tried on the rules when nobody has typed anything. */
const EXAMPLES: Record<RuleList, string> = {
  caller_in: "+8613800138000",
  called_in: "008610400811",
  caller_out: "4008110510",
  called_out: "913800138000",
};

/** How numbers are rewritten, with what becomes of a number that is tried. */
export function RulesFields() {
  const { t } = useTranslation();
  return (
    <>
      <p className="form-lead">{t("trunk.form.rulesLead")}</p>
      {RULE_LISTS.map((list) => (
        <fieldset className="form-group" key={list}>
          <legend>{t(`trunk.rules.${list}`)}</legend>
          <RuleListFields list={list} />
          <Preview list={list} />
        </fieldset>
      ))}
    </>
  );
}

function Preview({ list }: { list: RuleList }) {
  const { t } = useTranslation();
  const [tried, setTried] = useState(EXAMPLES[list]);
  const rules = Form.useWatch<(Partial<Rule> | undefined)[] | undefined>(["rules", list]) ?? [];
  if (rules.length === 0) {
    return null;
  }
  const { number, rule } = rewrite(rules, tried);
  return (
    <div className="rule-preview">
      <label htmlFor={`try-${list}`}>{t("trunk.form.try")}</label>
      <Input
        id={`try-${list}`}
        value={tried}
        onChange={(event) => {
          setTried(event.target.value.trim());
        }}
      />
      <output htmlFor={`try-${list}`} data-testid={`becomes-${list}`}>
        {t("trunk.form.becomes")} <strong className="figure">{number || t("common.none")}</strong>{" "}
        <span className="muted">
          {rule === undefined ? t("trunk.form.noRule") : t("trunk.form.byRule", { nth: rule + 1 })}
        </span>
      </output>
    </div>
  );
}
