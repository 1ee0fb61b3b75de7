import { useReactFlow } from "@xyflow/react";
import { useReducer, type Dispatch } from "react";
import { copied, pasted } from "../model/clipboard";
import { designed, designerOf, selectedIds, type Act, type Designer } from "../model/designer";
import type { FlowDocument } from "../model/document";
import { addNode, move } from "../model/edit";
import { arranged } from "../model/layout";

/** What can be done to a flow as a whole and to what is selected of it. */
export interface Editing {
  undo: () => void;
  redo: () => void;
  remove: () => void;
  duplicate: () => void;
  arrange: () => void;
  selectAll: () => void;
  select: (id: string) => void;
  add: (kind: string) => void;
  move: (right: number, down: number) => void;
  copy: () => string | undefined;
  paste: (text: string) => boolean;
}

export function useDesigner(document: FlowDocument): [Designer, Dispatch<Act>] {
  return useReducer(designed, document, designerOf);
}

export function useEditing(designer: Designer, act: Dispatch<Act>): Editing {
  const { fitView, screenToFlowPosition } = useReactFlow();
  const document = designer.history.present;
  const chosen = () => new Set(selectedIds(designer));
  const paste = (text: string) => {
    const pasting = pasted(document, text);
    if (pasting) {
      act({ act: "edit", document: pasting.document, select: pasting.ids });
    }
    return pasting !== undefined;
  };
  return {
    undo: () => {
      act({ act: "undo" });
    },
    redo: () => {
      act({ act: "redo" });
    },
    remove: () => {
      act({ act: "remove" });
    },
    duplicate: () => {
      paste(copied(document, chosen()));
    },
    arrange: () => {
      act({ act: "edit", document: move(document, arranged(document)) });
      requestAnimationFrame(() => void fitView({ maxZoom: 1 }));
    },
    selectAll: () => {
      act({ act: "select", ids: Object.keys(document.nodes) });
    },
    select: (id) => {
      act({ act: "select", ids: [id] });
    },
    add: (kind) => {
      const canvas = window.document.querySelector(".flow-canvas")?.getBoundingClientRect();
      const x = canvas ? canvas.x + canvas.width / 2 : 0;
      const y = canvas ? canvas.y + canvas.height / 2 : 0;
      const added = addNode(document, kind, screenToFlowPosition({ x, y }));
      act({ act: "edit", document: added.document, select: [added.id] });
    },
    move: (right, down) => {
      const places = [...chosen()].map((id): [string, { x: number; y: number }] => {
        const { x, y } = document.nodes[id]?.position ?? { x: 0, y: 0 };
        return [id, { x: x + right, y: y + down }];
      });
      if (places.length > 0) {
        const change = `move ${[...chosen()].sort().join(" ")}`;
        act({ act: "edit", document: move(document, new Map(places)), change });
      }
    },
    copy: () => (chosen().size > 0 ? copied(document, chosen()) : undefined),
    paste,
  };
}
