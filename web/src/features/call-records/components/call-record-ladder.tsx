import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure } from "../../../components/failure";
import { ladderAddress, ladderQuery } from "../api/call-records";
import { LadderDiagram } from "./ladder-diagram";

/** The SIP messages of a call, once somebody wants them: each look stands in the audit log. */
export function CallRecordLadder({ id }: { id: string }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(false);
  if (!wanted) {
    return (
      <Button
        onClick={() => {
          setWanted(true);
        }}
      >
        {t("ladder.show")}
      </Button>
    );
  }
  return <Ladder id={id} />;
}

function Ladder({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, error, isFetching, refetch } = useQuery(ladderQuery(id));
  if (error) {
    return <Failure failure={error} onRetry={() => void refetch()} />;
  }
  if (!data) {
    return <Skeleton active />;
  }
  return (
    <>
      <Space className="ladder-tools">
        <Button size="small" loading={isFetching} onClick={() => void refetch()}>
          {t("common.refresh")}
        </Button>
        <Button
          size="small"
          icon={<DownloadOutlined aria-hidden />}
          href={ladderAddress(id)}
          download
        >
          {t("ladder.download")}
        </Button>
      </Space>
      <LadderDiagram messages={data.messages} />
    </>
  );
}
