import { useState } from "react";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { RequestFailed } from "../../../api/client";
import { useFailureText } from "../../../components/failure";
import { useSaveDraft, type FlowDetail } from "../api/flows";
import { readDocument, writeDocument, type FlowDocument } from "../model/document";
import { merged } from "../model/merge";

const CHANGED_MEANWHILE = [409, 412];

/** A draft that was saved by somebody else since it was opened. */
export interface Conflict {
  mine: FlowDocument;
  theirs: FlowDetail;
}

export interface Saving {
  /** The document as the server has it. */
  kept: FlowDocument;
  version: number;
  busy: boolean;
  conflict: Conflict | undefined;
  /** Saves; gives the version of the draft, or nothing where it was refused. */
  save: (document: FlowDocument) => Promise<number | undefined>;
  /** Ends a conflict: theirs, mine, or both put together. Gives what is to be shown from then on. */
  settle: (how: "theirs" | "mine" | "both") => Promise<FlowDocument | undefined>;
  dismiss: () => void;
}

/** Keeps the draft on the server, whatever is wrong with it, and notices the work of others. */
export function useSaving(flow: string, opened: FlowDocument, first: number): Saving {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const failureText = useFailureText();
  const { saveDraft, freshDraft, busy } = useSaveDraft(flow);
  const [state, setState] = useState({ kept: opened, version: first });
  const [conflict, setConflict] = useState<Conflict>();

  const write = async (document: FlowDocument, over: number) => {
    try {
      const draft = await saveDraft(writeDocument(document), over);
      setState({ kept: document, version: draft.draft_version });
      setConflict(undefined);
      void message.success(t("flow.saved"));
      return draft.draft_version;
    } catch (failure) {
      if (failure instanceof RequestFailed && CHANGED_MEANWHILE.includes(failure.status)) {
        setConflict({ mine: document, theirs: await freshDraft() });
      } else {
        void message.error(failureText(failure));
      }
      return undefined;
    }
  };

  return {
    ...state,
    busy,
    conflict,
    save: (document) => write(document, state.version),
    settle: async (how) => {
      const theirs = conflict && readDocument(conflict.theirs.document);
      if (!conflict || !theirs) {
        return undefined;
      }
      if (how === "theirs") {
        setState({ kept: theirs, version: conflict.theirs.draft_version });
        setConflict(undefined);
        return theirs;
      }
      const wanted = how === "mine" ? conflict.mine : merged(state.kept, conflict.mine, theirs);
      const saved = await write(wanted, conflict.theirs.draft_version);
      return saved === undefined ? undefined : wanted;
    },
    dismiss: () => {
      setConflict(undefined);
    },
  };
}
