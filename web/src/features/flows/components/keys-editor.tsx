import { Checkbox, Radio } from "antd";
import { useTranslation } from "react-i18next";
import { asList, asText } from "../model/values";
import type { ShapeProps } from "./choice-fields";
import { useDesigning } from "./designing";

/** The keys of a telephone, as they lie on it. */
export const TELEPHONE_KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const NONE = "none";

/** The keys of a telephone to choose from: any of them, or one or none. */
export function KeysEditor({
  field,
  value,
  onChange,
  names,
  single,
}: ShapeProps & { single: boolean }) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  if (single) {
    const chosen = value === undefined ? field.standard : value;
    return (
      <Radio.Group
        {...names}
        size="small"
        disabled={readOnly}
        optionType="button"
        value={chosen === null ? NONE : asText(chosen)}
        options={[
          { value: NONE, label: t("flow.noKey") },
          ...["#", "*"].map((key) => ({ value: key, label: key })),
        ]}
        onChange={(event) => {
          const key: unknown = event.target.value;
          onChange(typeof key === "string" && key !== NONE ? key : null);
        }}
      />
    );
  }
  const pressed = asList(value).map(asText);
  const others = pressed.filter((key) => !TELEPHONE_KEYS.includes(key));
  return (
    <Checkbox.Group
      {...names}
      role="group"
      className="flow-keys"
      disabled={readOnly}
      value={pressed}
      options={[...TELEPHONE_KEYS, ...others].map((key) => ({ value: key, label: key }))}
      onChange={(keys) => {
        onChange([...TELEPHONE_KEYS, ...others].filter((key) => keys.includes(key)));
      }}
    />
  );
}
