import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Fields, Value } from "../model/document";
import type { Field, Way } from "../model/fields";
import { asList, replaced } from "../model/values";
import { useDesigning, within, type Place } from "./designing";
import { Entry } from "./entry";
import { Part } from "./part";

interface Props {
  place: Place;
  fields: readonly Field[];
  ways: readonly Way[] | undefined;
  max: number;
  fresh: Fields;
  value: Value | undefined;
  onChange: (value: Value[]) => void;
}

/** A list of entries that have fields, such as the cases of a branch. */
export function ListEditor({ place, fields, ways, max, fresh, value, onChange }: Props) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  const entries = asList(value);
  return (
    <div className="flow-entries">
      {entries.map((entry, at) => {
        const name = `${t("flow.entry")} ${String(at + 1)}`;
        return (
          <Entry key={at} name={name} list={entries} at={at} onChange={onChange}>
            <Part
              fields={fields}
              ways={ways}
              place={within(place, at)}
              value={entry}
              onChange={(changed) => {
                onChange(replaced(entries, at, changed ?? {}));
              }}
            />
          </Entry>
        );
      })}
      {!readOnly && entries.length < max && (
        <Button
          size="small"
          aria-label={`${t("flow.addEntry")}: ${t(`flow.fields.${String(place.path.at(-1))}`)}`}
          icon={<PlusOutlined aria-hidden />}
          onClick={() => {
            onChange([...entries, structuredClone(fresh)]);
          }}
        >
          {t("flow.addEntry")}
        </Button>
      )}
    </div>
  );
}
