import type { Value } from "../model/document";
import { withField } from "../model/edit";
import type { Field } from "../model/fields";
import { asFields } from "../model/values";
import { within, type Place } from "./designing";
import { FieldEditor } from "./field-editor";

interface Props {
  fields: readonly Field[];
  place: Place;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
}

/** The fields of a part of a node; a part without any is left out. */
export function Part({ fields, place, value, onChange }: Props) {
  const values = asFields(value);
  return (
    <div className="flow-part">
      {fields.map((field) => (
        <FieldEditor
          key={field.name}
          field={field}
          place={within(place, field.name)}
          value={values[field.name]}
          onChange={(changed) => {
            const now = withField(values, field.name, changed);
            onChange(Object.keys(now).length === 0 ? undefined : now);
          }}
        />
      ))}
    </div>
  );
}
