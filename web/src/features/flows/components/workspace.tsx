import { ReactFlowProvider, type ColorMode } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Alert } from "antd";
import { useChecked } from "../api/checks";
import { useNames } from "../api/named";
import type { Act, Designer } from "../model/designer";
import type { FlowDocument } from "../model/document";
import { problemsOf, type FlowProblem } from "../model/problems";
import { variablesOf } from "../model/values";
import { CallingPanel } from "./calling-panel";
import { Canvas } from "./canvas";
import { CountsPanel } from "./counts-panel";
import { DesigningContext, type Designing } from "./designing";
import { EditTools } from "./edit-tools";
import "./flows.css";
import { Inspector } from "./inspector";
import { Palette } from "./palette";
import { PanelTools, type Panel } from "./panel-tools";
import { ProblemsPanel } from "./problems-panel";
import { ReplayPanel } from "./replay-panel";
import { SimulatePanel } from "./simulate-panel";
import { TestsPanel } from "./tests-panel";
import { useCalling } from "./use-calling";
import { useCounting } from "./use-counting";
import { useDesigner, useEditing } from "./use-editing";
import { useKeyboard } from "./use-keyboard";
import { useTrying } from "./use-trying";

export interface Work {
  designer: Designer;
  act: React.Dispatch<Act>;
  document: FlowDocument;
  problems: readonly FlowProblem[];
}

interface Props {
  flow: string;
  /** The version whose callers are counted: the one that is looked at, or the live one. */
  version: number | undefined;
  document: FlowDocument;
  readOnly: boolean;
  appearance: ColorMode;
  /** Under which name place and zoom are remembered. */
  memory: string;
  /** What stands at the ends of the bar. */
  title: ReactNode;
  actions: (work: Work) => ReactNode;
  onSave: (document: FlowDocument) => void;
}

export function Workspace(props: Props) {
  return (
    <ReactFlowProvider>
      <Desk {...props} />
    </ReactFlowProvider>
  );
}

/** The bar, the palette, the canvas, the form and the problems of one flow. */
function Desk({
  flow,
  version,
  document: opened,
  readOnly,
  appearance,
  memory,
  title,
  actions,
  onSave,
}: Props) {
  const { t } = useTranslation();
  const [designer, act] = useDesigner(opened);
  const [target, setTarget] = useState<FlowProblem>();
  const [panel, setPanel] = useState<Panel>("settings");
  const editing = useEditing(designer, act);
  const document = designer.history.present;
  const { problems, spoken, clips, checking, failed } = useChecked(flow, document);
  const names = useNames(document.name);
  const trying = useTrying(flow, document, panel === "simulation");
  const calling = useCalling(flow, document, panel === "calling");
  const { marks } = panel === "calling" ? calling : trying;
  const counting = useCounting(flow, version, document, panel === "counts");
  const { counted } = counting;
  const designing = useMemo(
    (): Designing => ({
      readOnly,
      problems: problemsOf(problems),
      spoken,
      variables: variablesOf(document),
      ...names,
      clips,
      speakers: document,
      marks,
      counted,
    }),
    [readOnly, problems, spoken, document, names, clips, marks, counted],
  );
  useKeyboard(
    readOnly
      ? undefined
      : {
          ...editing,
          save: () => {
            onSave(document);
          },
        },
  );
  const jump = (problem: FlowProblem) => {
    setPanel("settings");
    act({ act: "select", ids: problem.node == null ? [] : [problem.node] });
    setTarget({ ...problem });
  };
  return (
    <DesigningContext value={designing}>
      <div className="flow-designer">
        <div className="flow-bar">
          {title}
          <EditTools designer={designer} editing={editing} readOnly={readOnly} />
          <div className="flow-bar-end">
            <PanelTools panel={panel} readOnly={readOnly} onPanel={setPanel} />
            {actions({ designer, act, document, problems })}
          </div>
        </div>
        {readOnly ? <div /> : <Palette onAdd={editing.add} />}
        <div className="flow-middle">
          <Canvas
            designer={designer}
            act={act}
            readOnly={readOnly}
            appearance={appearance}
            memory={memory}
          />
          {failed ? (
            <Alert type="error" title={t("flow.checkFailed")} banner />
          ) : (
            <ProblemsPanel problems={problems} checking={checking} onJump={jump} />
          )}
        </div>
        {panel === "simulation" && <SimulatePanel flow={flow} trying={trying} />}
        {panel === "calling" && <CallingPanel calling={calling} broken={problems.length > 0} />}
        {panel === "tests" && <TestsPanel flow={flow} document={document} />}
        {panel === "replay" && (
          <ReplayPanel flow={flow} document={document} onSelect={editing.select} />
        )}
        {panel === "counts" && (
          <CountsPanel counting={counting} version={version} onSelect={editing.select} />
        )}
        {panel === "settings" && (
          <Inspector designer={designer} problems={problems} act={act} target={target} />
        )}
      </div>
    </DesigningContext>
  );
}
