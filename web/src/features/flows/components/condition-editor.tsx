import { Input, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { TEXT_CHARS } from "../model/document";
import { CONDITIONS, asFields, asText, conditionFrom, conditionOf } from "../model/values";
import type { ShapeProps } from "./choice-fields";
import { useDesigning } from "./designing";

/** A comparison and what is compared with. */
export function ConditionEditor({ value, onChange, names }: ShapeProps) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  const { test, with: other } = conditionOf(value);
  const { min, max } = asFields(other);
  const length = (name: "min" | "max", current: unknown) => (
    <InputNumber
      aria-label={t(`flow.fields.${name}`)}
      min={0}
      max={255}
      precision={0}
      disabled={readOnly}
      value={typeof current === "number" ? current : null}
      onChange={(number) => {
        onChange({ digits: { ...asFields(other), [name]: number ?? 0 } });
      }}
    />
  );
  return (
    <div className="flow-row">
      <Select
        {...names}
        className="flow-grow"
        disabled={readOnly}
        value={test}
        options={CONDITIONS.map((name) => ({ value: name, label: t(`flow.conditions.${name}`) }))}
        onChange={(name) => {
          onChange(conditionFrom(name, other));
        }}
      />
      {test === "digits" && (
        <>
          {length("min", min)}
          {length("max", max)}
        </>
      )}
      {test !== "digits" && test !== "empty" && (
        <Input
          aria-label={t("flow.comparedWith")}
          className="flow-grow flow-spaced"
          maxLength={TEXT_CHARS}
          disabled={readOnly}
          value={asText(other)}
          onChange={(event) => {
            onChange(conditionFrom(test, event.target.value));
          }}
        />
      )}
    </div>
  );
}
