import { useQuery } from "@tanstack/react-query";
import { Drawer, Skeleton, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { isSupervisor, useMe } from "../../../api/me";
import { Failure } from "../../../components/failure";
import { callRecordQuery } from "../api/call-records";
import { CallRecordLadder } from "./call-record-ladder";
import { CallRecordRecording } from "./call-record-recording";
import { CallRecordSummary } from "./call-record-summary";
import { CallRecordTimeline } from "./call-record-timeline";

interface Props {
  id: string | undefined;
  onClose: () => void;
}

export function CallRecordDrawer({ id, onClose }: Props) {
  return (
    <Drawer open={id !== undefined} onClose={onClose} size={640} title={id && <Title id={id} />}>
      {id && <Content id={id} />}
    </Drawer>
  );
}

function Title({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useQuery(callRecordQuery(id));
  return data ? t("record.detail.title", { caller: data.caller }) : "…";
}

function Content({ id }: { id: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const { data, error, refetch } = useQuery(callRecordQuery(id));
  if (error) {
    return <Failure failure={error} onRetry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton active />;
  }
  return (
    <>
      <Typography.Title level={2} className="section-title">
        {t("record.detail.recording")}
      </Typography.Title>
      <CallRecordRecording record={data} />
      <Typography.Title level={2} className="section-title">
        {t("record.detail.summary")}
      </Typography.Title>
      <CallRecordSummary record={data} />
      <Typography.Title level={2} className="section-title">
        {t("record.detail.timeline")}
      </Typography.Title>
      <CallRecordTimeline record={data} />
      {isSupervisor(me) && (
        <>
          <Typography.Title level={2} className="section-title">
            {t("record.detail.signalling")}
          </Typography.Title>
          <CallRecordLadder id={id} />
        </>
      )}
    </>
  );
}
