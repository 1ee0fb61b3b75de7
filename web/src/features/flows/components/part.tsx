import type { Value } from "../model/document";
import { withField } from "../model/edit";
import type { Field, Way } from "../model/fields";
import { asFields, wayOf } from "../model/values";
import { within, type Place } from "./designing";
import { FieldEditor } from "./field-editor";
import { WayPicker } from "./way-picker";

interface Props {
  fields: readonly Field[];
  ways?: readonly Way[] | undefined;
  place: Place;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
}

/** The fields of a part of a node; a part without any is left out. */
export function Part({ fields, ways, place, value, onChange }: Props) {
  const values = asFields(value);
  const editor = (field: Field) => (
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
  );
  return (
    <div className="flow-part">
      {fields.map(editor)}
      {ways && <WayPicker ways={ways} values={values} onChange={onChange} />}
      {ways && wayOf(values, ways)?.fields.map(editor)}
    </div>
  );
}
