import { AutoComplete, Select } from "antd";
import { useTranslation } from "react-i18next";
import { NAME_CHARS, type Value } from "../model/document";
import type { Field } from "../model/fields";
import { asList, asText } from "../model/values";
import { useDesigning, type Place } from "./designing";

/** A field's control, named by the label of its frame. */
export interface ShapeProps {
  field: Field;
  place: Place;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
  names: { "aria-labelledby": string; "aria-describedby": string };
}

interface OptionsProps extends ShapeProps {
  options: readonly string[];
}

export function Choice({ field, value, onChange, names, options }: OptionsProps) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  const optional = field.standard === null;
  return (
    <Select
      {...names}
      className="flow-wide"
      disabled={readOnly}
      value={asText(value ?? field.standard)}
      options={[
        ...(optional ? [{ value: "", label: t("flow.asCaller") }] : []),
        ...options.map((option) => ({ value: option, label: t(`flow.choices.${option}`) })),
      ]}
      onChange={(chosen) => {
        onChange(chosen === "" ? undefined : chosen);
      }}
    />
  );
}

export function MaybeSwitch({ value, onChange, names }: ShapeProps) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  return (
    <Select
      {...names}
      className="flow-wide"
      disabled={readOnly}
      value={typeof value === "boolean" ? String(value) : ""}
      options={[
        { value: "", label: t("flow.usual") },
        { value: "true", label: t("common.yes") },
        { value: "false", label: t("common.no") },
      ]}
      onChange={(chosen) => {
        onChange(chosen === "" ? undefined : chosen === "true");
      }}
    />
  );
}

export function Suggested({ value, onChange, names, options }: OptionsProps) {
  const { readOnly } = useDesigning();
  return (
    <AutoComplete
      {...names}
      className="flow-wide"
      disabled={readOnly}
      value={asText(value)}
      options={options.map((option) => ({ value: option }))}
      showSearch={{ filterOption: true }}
      onChange={(chosen: string) => {
        onChange(chosen);
      }}
    />
  );
}

/** Names, each typed and ended with Enter. */
export function Names({ value, onChange, names, max }: ShapeProps & { max: number }) {
  const { readOnly } = useDesigning();
  return (
    <Select
      {...names}
      mode="tags"
      open={false}
      className="flow-wide"
      disabled={readOnly}
      maxCount={max}
      value={asList(value).map(asText)}
      onChange={(chosen: string[]) => {
        const fitting = chosen.map((name) => name.trim().slice(0, NAME_CHARS));
        onChange(fitting.length === 0 ? undefined : fitting);
      }}
    />
  );
}
