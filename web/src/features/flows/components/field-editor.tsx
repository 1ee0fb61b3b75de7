import { NAME_CHARS, type Value } from "../model/document";
import type { Field } from "../model/fields";
import { asText } from "../model/values";
import { Input, InputNumber, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { Choice, MaybeSwitch, Names, Suggested, type ShapeProps } from "./choice-fields";
import { ConditionEditor } from "./condition-editor";
import { voicesOf } from "../model/speech";
import { useDesigning, type Place } from "./designing";
import { EngineField } from "./engine-field";
import { FieldFrame } from "./field-frame";
import { ItemsEditor } from "./items-editor";
import { KeysEditor } from "./keys-editor";
import { LateInput } from "./late-input";
import { ListEditor } from "./list-editor";
import { Part } from "./part";
import { SoundField } from "./sound-field";
import { Spoken } from "./spoken";
import { TableEditor } from "./table-editor";
import { ScoresEditor } from "./scores-editor";

interface Props {
  field: Field;
  place: Place;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
}

const OUTER = ["items", "list", "part"];

/** The form of a field by its shape. */
export function FieldEditor({ field, place, value, onChange }: Props) {
  return (
    <FieldFrame
      place={place}
      name={field.label ?? field.name}
      outer={OUTER.includes(field.shape.type)}
    >
      {({ labelledBy, describedBy }) => (
        <Shaped
          field={field}
          place={place}
          value={value}
          onChange={onChange}
          names={{ "aria-labelledby": labelledBy, "aria-describedby": describedBy }}
        />
      )}
    </FieldFrame>
  );
}

function Shaped(props: ShapeProps) {
  const { field, place, value, onChange, names } = props;
  const { t } = useTranslation();
  const { readOnly, queues, schemes, flows, clips, variables, engines } = useDesigning();
  const voices = voicesOf(engines);
  const { shape, standard } = field;
  const text = {
    ...names,
    value: asText(value ?? standard),
    disabled: readOnly,
    onChange: (event: { target: { value: string } }) => {
      onChange(event.target.value);
    },
  };
  switch (shape.type) {
    case "text":
      return <Input {...text} maxLength={shape.max} />;
    case "spoken":
      return (
        <>
          <Input {...text} maxLength={shape.max} className="flow-spaced" />
          <Spoken place={place} />
        </>
      );
    case "name":
      return (
        <LateInput
          {...names}
          value={asText(value)}
          disabled={readOnly}
          maxLength={NAME_CHARS}
          onCommit={onChange}
        />
      );
    case "number":
      return (
        <InputNumber
          {...names}
          className="flow-wide"
          min={shape.min}
          max={shape.max}
          precision={0}
          disabled={readOnly}
          value={typeof value === "number" ? value : null}
          placeholder={String(standard ?? "")}
          suffix={shape.unit}
          onChange={(number) => {
            onChange(number ?? undefined);
          }}
        />
      );
    case "switch":
      return standard === null ? (
        <MaybeSwitch {...props} />
      ) : (
        <Switch
          {...names}
          disabled={readOnly}
          checked={(value ?? standard) === true}
          onChange={onChange}
        />
      );
    case "choice":
      return <Choice {...props} options={shape.options} />;
    case "clip":
      return <Suggested {...props} options={clips} />;
    case "sound":
      return <SoundField {...props} />;
    case "engine":
      return <EngineField {...props} />;
    case "engineVoice":
      return <Suggested {...props} options={voices} />;
    case "queue":
      return <Suggested {...props} options={queues} />;
    case "scheme":
      return <Suggested {...props} options={schemes} />;
    case "flow":
      return <Suggested {...props} options={flows} />;
    case "names":
      return <Names {...props} max={shape.max} />;
    case "variable":
      return <Suggested {...props} options={variables} />;
    case "assigned":
      return (
        <LateInput
          {...names}
          value={asText(value ?? standard)}
          disabled={readOnly}
          maxLength={NAME_CHARS}
          onCommit={onChange}
        />
      );
    case "items":
      return <ItemsEditor place={place} value={value} onChange={onChange} />;
    case "keys":
    case "key":
      return <KeysEditor {...props} single={shape.type === "key"} />;
    case "list":
      return (
        <ListEditor
          place={place}
          fields={shape.fields}
          ways={shape.ways}
          max={shape.max}
          fresh={shape.fresh}
          value={value}
          onChange={onChange}
        />
      );
    case "table":
      return (
        <TableEditor
          name={t(`flow.fields.${field.name}`)}
          max={shape.max}
          value={value}
          onChange={onChange}
        />
      );
    case "scores":
      return (
        <ScoresEditor name={t(`flow.fields.${field.name}`)} value={value} onChange={onChange} />
      );
    case "part":
      return <Part place={place} fields={shape.fields} value={value} onChange={onChange} />;
    case "condition":
      return <ConditionEditor {...props} />;
  }
}
