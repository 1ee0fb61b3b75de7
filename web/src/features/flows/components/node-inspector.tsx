import { Button, Input, Typography } from "antd";
import { useState, type Dispatch } from "react";
import { useTranslation } from "react-i18next";
import type { Act } from "../model/designer";
import { NAME_CHARS, isFields, type FlowDocument, type FlowNode } from "../model/document";
import { rename, setField, setFields } from "../model/edit";
import type { Field } from "../model/fields";
import { kindOf } from "../model/kinds";
import { wayOf } from "../model/values";
import { useDesigning } from "./designing";
import { ExitsEditor } from "./exits-editor";
import { FieldEditor } from "./field-editor";
import { KindIcon } from "./kind-icon";
import { LateInput } from "./late-input";
import { WayPicker } from "./way-picker";
import { useFlowWords } from "./words";

interface Props {
  id: string;
  node: FlowNode;
  document: FlowDocument;
  act: Dispatch<Act>;
}

const NONE: never[] = [];

/** Everything about one node: its id, the fields of its kind, where its exits lead. */
export function NodeInspector({ id, node, document, act }: Props) {
  const { t } = useTranslation();
  const words = useFlowWords();
  const { readOnly, problems } = useDesigning();
  const [refused, setRefused] = useState<string>();
  const kind = kindOf(node.kind);
  const loose = (problems.get(id) ?? NONE).filter(
    ({ path }) => path === `nodes.${id}` || !path.startsWith(`nodes.${id}.`),
  );
  const editor = (field: Field) => (
    <FieldEditor
      key={field.name}
      field={field}
      place={{ node: id, path: [field.name] }}
      value={node.fields[field.name]}
      onChange={(value) => {
        act({
          act: "edit",
          document: setField(document, id, field.name, value),
          change: `${id} ${field.name}`,
        });
      }}
    />
  );
  return (
    <div className="flow-form">
      <h2 className="flow-form-title">
        <KindIcon kind={node.kind} /> {words.kind(node.kind)}
      </h2>
      <label className="flow-field" data-field={`nodes.${id}`}>
        <span className="flow-field-label">{t("flow.id")}</span>
        <LateInput
          value={id}
          maxLength={NAME_CHARS}
          disabled={readOnly}
          status={refused === undefined ? "" : "error"}
          onCommit={(wanted) => {
            const renamed = rename(document, id, wanted);
            setRefused(renamed ? undefined : wanted);
            if (renamed) {
              act({ act: "edit", document: renamed, select: [wanted] });
            }
          }}
        />
        {refused !== undefined && (
          <Typography.Text type="danger">{t("flow.idTaken", { id: refused })}</Typography.Text>
        )}
      </label>
      {loose.map((problem) => (
        <Typography.Text type="danger" key={problem.path + problem.message} className="flow-wrong">
          {problem.message}
        </Typography.Text>
      ))}
      {!readOnly && document.start !== id && (
        <Button
          size="small"
          className="flow-make-start"
          onClick={() => {
            act({ act: "edit", document: { ...document, start: id } });
          }}
        >
          {t("flow.makeStart")}
        </Button>
      )}
      {kind ? (
        <>
          {kind.fields.map(editor)}
          {kind.ways && (
            <WayPicker
              ways={kind.ways}
              values={node.fields}
              onChange={(fields) => {
                act({ act: "edit", document: setFields(document, id, fields) });
              }}
            />
          )}
          {kind.ways && wayOf(node.fields, kind.ways)?.fields.map(editor)}
        </>
      ) : (
        <RawFields id={id} node={node} document={document} act={act} />
      )}
      <ExitsEditor id={id} node={node} document={document} act={act} />
    </div>
  );
}

/** The fields of a kind that only a newer server knows, as they stand in the file. */
function RawFields({ id, node, document, act }: Props) {
  const { t } = useTranslation();
  const { readOnly } = useDesigning();
  const [typed, setTyped] = useState<string>();
  const commit = () => {
    try {
      const fields: unknown = JSON.parse(typed ?? "");
      if (isFields(fields)) {
        const nodes = { ...document.nodes, [id]: { ...node, fields } };
        act({ act: "edit", document: { ...document, nodes } });
        setTyped(undefined);
      }
    } catch {
      // What cannot be read yet stays as it is typed.
    }
  };
  return (
    <label className="flow-field">
      <span className="flow-field-label">{t("flow.rawFields")}</span>
      <Input.TextArea
        autoSize={{ minRows: 4, maxRows: 20 }}
        disabled={readOnly}
        value={typed ?? JSON.stringify(node.fields, null, 2)}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
        onBlur={commit}
      />
    </label>
  );
}
