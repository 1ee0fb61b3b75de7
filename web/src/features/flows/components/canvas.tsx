import {
  Background,
  Controls,
  MiniMap,
  ReactFlow,
  useReactFlow,
  type ColorMode,
  type Connection,
} from "@xyflow/react";
import { useFormat } from "../../../locales/format";
import { useMemo, type Dispatch, type DragEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Act, Designer } from "../model/designer";
import { addNode, wire } from "../model/edit";
import type { StepEdge, StepNode } from "../model/graph";
import type { Counted } from "../model/counts";
import { kindOf } from "../model/kinds";
import type { Marks } from "../model/marks";
import { useDesigning } from "./designing";
import { DRAGGED_KIND } from "./palette";
import { StepBox } from "./step-node";
import { rememberView, rememberedView } from "./view-memory";

const KINDS_OF_NODE = { step: StepBox };
/** So many nodes are drawn at once; of larger flows only what is in view. */
const DRAWN_AT_ONCE = 300;
const ZOOM = { minZoom: 0.1, maxZoom: 2 };

interface Props {
  designer: Designer;
  act: Dispatch<Act>;
  readOnly: boolean;
  appearance: ColorMode;
  /** Under which name the place and zoom are remembered. */
  memory: string;
}

function colourOf(node: StepNode): string {
  return `flow-mini-${kindOf(node.data.step.kind)?.group ?? "unknown"}`;
}

function marked(edge: StepEdge, { taken }: Marks): StepEdge {
  return edge.data && taken.has(edge.data.wire)
    ? { ...edge, className: `${edge.className ?? ""} flow-edge-taken` }
    : edge;
}

/** The edge with the number of callers who took it. */
function numbered(edge: StepEdge, { edges }: Counted, number: (value: number) => string): StepEdge {
  const callers = edge.data && edges.get(edge.data.wire);
  return callers === undefined ? edge : { ...edge, label: number(callers) };
}

/** The flow as a drawing: nodes to move, exits to wire. */
export function Canvas({ designer, act, readOnly, appearance, memory }: Props) {
  const { t } = useTranslation();
  const { screenToFlowPosition } = useReactFlow();
  const view = useMemo(() => rememberedView(memory), [memory]);
  const document = designer.history.present;
  const { marks, counted } = useDesigning();
  const { number } = useFormat();
  const edges = useMemo(
    () => designer.edges.map((edge) => numbered(marked(edge, marks), counted, number)),
    [designer.edges, marks, counted, number],
  );

  const drop = (event: DragEvent) => {
    const kind = event.dataTransfer.getData(DRAGGED_KIND);
    if (kind === "" || readOnly) {
      return;
    }
    event.preventDefault();
    const place = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const added = addNode(document, kind, place);
    act({ act: "edit", document: added.document, select: [added.id] });
  };

  const connect = ({ source, sourceHandle, target }: Connection) => {
    if (sourceHandle !== null) {
      act({ act: "edit", document: wire(document, source, sourceHandle, target) });
    }
  };

  return (
    <ReactFlow<StepNode, StepEdge>
      className="flow-canvas"
      nodes={designer.nodes}
      edges={edges}
      nodeTypes={KINDS_OF_NODE}
      colorMode={appearance}
      onNodesChange={(changes) => {
        act({ act: "nodes", changes });
      }}
      onEdgesChange={(changes) => {
        act({ act: "edges", changes });
      }}
      onConnect={connect}
      onDragOver={(event) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      }}
      onDrop={drop}
      onMoveEnd={(_, moved) => {
        rememberView(memory, moved);
      }}
      {...(view ? { defaultViewport: view } : { fitView: true })}
      {...ZOOM}
      nodesDraggable={!readOnly}
      nodesConnectable={!readOnly}
      deleteKeyCode={null}
      selectionKeyCode="Shift"
      multiSelectionKeyCode={["Control", "Meta"]}
      onlyRenderVisibleElements={designer.nodes.length > DRAWN_AT_ONCE}
      ariaLabelConfig={{
        "controls.ariaLabel": t("flow.view"),
        "controls.zoomIn.ariaLabel": t("flow.zoomIn"),
        "controls.zoomOut.ariaLabel": t("flow.zoomOut"),
        "controls.fitView.ariaLabel": t("flow.zoomFit"),
        "minimap.ariaLabel": t("flow.minimap"),
        "handle.ariaLabel": t("flow.wire"),
        "node.a11yDescription.default": t("flow.nodeHelp"),
        "edge.a11yDescription.default": t("flow.edgeHelp"),
      }}
    >
      <Background gap={20} />
      <Controls showInteractive={false} />
      <MiniMap pannable zoomable nodeClassName={colourOf} />
    </ReactFlow>
  );
}
