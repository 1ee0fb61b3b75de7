import { PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import type { Value } from "../model/document";
import { ITEM_KINDS } from "../model/fields";
import { asFields, asList, replaced } from "../model/values";
import { useDesigning, within, type Place } from "./designing";
import { Entry } from "./entry";
import { Part } from "./part";
import { SpeechPreview } from "./speech-preview";

const MOST = 64;
type ItemKind = keyof typeof ITEM_KINDS;
const KINDS: ItemKind[] = ["clip", "sound", "say", "tts", "pause_ms"];

function kindOf(item: Value): ItemKind {
  const fields = asFields(item);
  return KINDS.find((kind) => Object.hasOwn(fields, kind)) ?? "clip";
}

interface Props {
  place: Place;
  value: Value | undefined;
  onChange: (value: Value[]) => void;
}

/** What a node says: clips, sounds, texts that are read or spoken, and pauses, in their order. */
export function ItemsEditor({ place, value, onChange }: Props) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  const items = asList(value);
  return (
    <div className="flow-entries">
      {items.map((item, at) => {
        const kind = kindOf(item);
        const name = `${t(`flow.items.${kind}`)} ${String(at + 1)}`;
        return (
          <Entry key={at} name={name} list={items} at={at} onChange={onChange}>
            <Part
              fields={ITEM_KINDS[kind].fields}
              place={within(place, at)}
              value={item}
              onChange={(changed) => {
                onChange(replaced(items, at, changed ?? {}));
              }}
            />
            {kind === "tts" && <SpeechPreview item={asFields(item)} />}
          </Entry>
        );
      })}
      {!readOnly && items.length < MOST && (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: KINDS.map((kind) => ({ key: kind, label: t(`flow.items.${kind}`) })),
            onClick: ({ key }) => {
              const kind = KINDS.find((known) => known === key) ?? "clip";
              onChange([...items, structuredClone(ITEM_KINDS[kind].fresh)]);
            },
          }}
        >
          <Button
            size="small"
            icon={<PlusOutlined aria-hidden />}
            aria-label={`${t("flow.addItem")}: ${t(`flow.fields.${String(place.path.at(-1))}`)}`}
          >
            {t("flow.addItem")}
          </Button>
        </Dropdown>
      )}
    </div>
  );
}
