import { useQuery } from "@tanstack/react-query";
import type { ColorMode } from "@xyflow/react";
import { Skeleton } from "antd";
import { useMemo } from "react";
import { useMe } from "../../../api/me";
import { Failure } from "../../../components/failure";
import { flowQuery, versionQuery } from "../api/flows";
import { readDocument, type FlowDocument } from "../model/document";
import { placed } from "../model/layout";
import { DraftDesk } from "./draft-desk";
import { VersionDesk } from "./version-desk";

interface Props {
  id: string;
  /** The version that is looked at; the draft if none. */
  version: number | undefined;
  appearance: ColorMode;
  onVersion: (version: number | undefined) => void;
}

/** One flow: its draft to draw, or one of its versions to look at. */
export function DesignerPage({ id, version, appearance, onVersion }: Props) {
  const me = useMe();
  const flow = useQuery(flowQuery(id));
  const looked = useQuery({ ...versionQuery(id, version ?? 0), enabled: version !== undefined });
  const source: unknown = version === undefined ? flow.data?.document : looked.data?.document;
  const document = useMemo((): FlowDocument | undefined => {
    const read = readDocument(source);
    return read && placed(read);
  }, [source]);
  const error = flow.error ?? (version === undefined ? null : looked.error);
  if (error) {
    return <Failure failure={error} onRetry={() => void flow.refetch()} />;
  }
  if (!flow.data || !document || !me) {
    return <Skeleton active />;
  }
  const shared = {
    detail: flow.data,
    document,
    appearance,
    memory: `trunkline.flow-view.${me.user.id}.${id}`,
    onVersion,
  };
  return version === undefined && me.user.role === "admin" ? (
    <DraftDesk key={id} {...shared} />
  ) : (
    <VersionDesk key={`${id} ${String(version)}`} {...shared} version={version} />
  );
}
