import {
  ApartmentOutlined,
  CopyOutlined,
  DeleteOutlined,
  RedoOutlined,
  UndoOutlined,
} from "@ant-design/icons";
import { useReactFlow } from "@xyflow/react";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { selectedIds, type Designer } from "../model/designer";
import { found } from "../model/search";
import type { Editing } from "./use-editing";

interface Props {
  designer: Designer;
  editing: Editing;
  readOnly: boolean;
}

/** Undo, redo, copy, delete, arrange, find. */
export function EditTools({ designer, editing, readOnly }: Props) {
  const { t } = useTranslation();
  const { past, future } = designer.history;
  const selected = selectedIds(designer).length > 0;
  const cut = selected || designer.edges.some((edge) => edge.selected);
  const tool = (label: string, icon: React.ReactNode, enabled: boolean, act: () => void) => (
    <Button
      type="text"
      aria-label={t(label)}
      title={t(label)}
      icon={icon}
      disabled={!enabled}
      onClick={act}
    />
  );
  return (
    <div className="flow-tools" role="toolbar" aria-label={t("flow.tools")}>
      {!readOnly && (
        <>
          {tool("flow.undo", <UndoOutlined />, past.length > 0, editing.undo)}
          {tool("flow.redo", <RedoOutlined />, future.length > 0, editing.redo)}
          {tool("flow.duplicate", <CopyOutlined />, selected, editing.duplicate)}
          {tool("flow.delete", <DeleteOutlined />, cut, editing.remove)}
          {tool("flow.arrange", <ApartmentOutlined />, true, editing.arrange)}
        </>
      )}
      <NodeSearch designer={designer} onFound={editing.select} />
    </div>
  );
}

/** Finds nodes by their ids and texts, and brings the chosen one into view. */
function NodeSearch({ designer, onFound }: { designer: Designer; onFound: (id: string) => void }) {
  const { t } = useTranslation();
  const { fitView } = useReactFlow();
  const [words, setWords] = useState("");
  const hits = found(designer.history.present, words);
  return (
    <Select
      className="flow-search"
      aria-label={t("flow.find")}
      placeholder={t("flow.find")}
      value={null}
      showSearch={{ filterOption: false, searchValue: words, onSearch: setWords }}
      notFoundContent={words.trim() === "" ? null : t("flow.notFound")}
      suffixIcon={null}
      options={hits.map((id) => ({ value: id, label: id }))}
      onChange={(id: string | null) => {
        if (id !== null) {
          onFound(id);
          setWords("");
          void fitView({ nodes: [{ id }], maxZoom: 1, padding: 2 });
        }
      }}
    />
  );
}
