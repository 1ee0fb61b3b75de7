import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";
import { NAME_CHARS, TEXT_CHARS, type Fields, type Value } from "../model/document";
import { asFields, asText } from "../model/values";
import { useDesigning } from "./designing";
import { LateInput } from "./late-input";

interface Props {
  /** What it holds, for the name of its button. */
  name: string;
  max: number;
  value: Value | undefined;
  onChange: (value: Fields) => void;
}

/** Names with a text each. */
export function TableEditor({ name: title, max, value, onChange }: Props) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  const rows = Object.entries(asFields(value));
  const change = (at: number, name: string, text: Value) => {
    onChange(Object.fromEntries(rows.map((row, index) => (index === at ? [name, text] : row))));
  };
  return (
    <div className="flow-entries">
      {rows.map(([name, text], at) => (
        <div className="flow-row" key={name}>
          <LateInput
            aria-label={t("flow.name")}
            value={name}
            maxLength={NAME_CHARS}
            disabled={readOnly}
            onCommit={(renamed) => {
              if (renamed !== "" && !rows.some(([other]) => other === renamed)) {
                change(at, renamed, text);
              }
            }}
          />
          <Input
            aria-label={t("flow.valueOf", { name })}
            className="flow-spaced"
            value={asText(text)}
            maxLength={TEXT_CHARS}
            disabled={readOnly}
            onChange={(event) => {
              change(at, name, event.target.value);
            }}
          />
          {!readOnly && (
            <Button
              type="text"
              size="small"
              aria-label={`${t("flow.remove")}: ${name}`}
              icon={<DeleteOutlined />}
              onClick={() => {
                onChange(Object.fromEntries(rows.filter((_, index) => index !== at)));
              }}
            />
          )}
        </div>
      ))}
      {!readOnly && rows.length < max && (
        <Button
          size="small"
          aria-label={`${t("flow.addEntry")}: ${title}`}
          icon={<PlusOutlined aria-hidden />}
          onClick={() => {
            const names = new Set(rows.map(([name]) => name));
            let number = rows.length + 1;
            while (names.has(`name_${String(number)}`)) {
              number += 1;
            }
            onChange({ ...asFields(value), [`name_${String(number)}`]: "" });
          }}
        >
          {t("flow.addEntry")}
        </Button>
      )}
    </div>
  );
}
