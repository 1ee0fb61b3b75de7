import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Empty, Table, Tag, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../../api/me";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { useFormat } from "../../../locales/format";
import { flowsQuery, type Flow } from "../api/flows";
import { NewFlow } from "./new-flow";

const NONE: Flow[] = [];

interface Props {
  onOpen: (id: string) => void;
}

/** The flows of the enterprise: which are live, which are drawn on. */
export function FlowsPage({ onOpen }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const admin = useMe()?.user.role === "admin";
  const { data, error, isPending, refetch } = useQuery(flowsQuery);
  const [making, setMaking] = useState<Flow | "new">();
  const columns: TableColumnsType<Flow> = [
    {
      title: t("flow.name"),
      render: (_, { id, name }) => (
        <Button
          type="link"
          className="cell-link"
          aria-label={t("flow.open", { name })}
          onClick={() => {
            onOpen(id);
          }}
        >
          {name}
        </Button>
      ),
    },
    {
      title: t("flow.state"),
      render: (_, { version, draft_waits: waits }) => (
        <>
          <Tag color={version == null ? "default" : "success"}>
            {version == null ? t("flow.neverPublished") : t("flow.live", { version })}
          </Tag>
          {waits && <Tag color="warning">{t("flow.draftWaits")}</Tag>}
        </>
      ),
    },
    {
      title: t("flow.changed"),
      render: (_, { changed_at: at, changed_by: person }) => {
        const when = at == null ? t("common.none") : format.instant(at);
        return person?.name == null ? when : t("flow.by", { name: person.name, at: when });
      },
    },
  ];
  if (admin) {
    columns.push({
      title: t("common.actions"),
      align: "right",
      render: (_, flow) => (
        <Button
          size="small"
          aria-label={t("flow.copyOf", { name: flow.name })}
          onClick={() => {
            setMaking(flow);
          }}
        >
          {t("flow.copy")}
        </Button>
      ),
    });
  }
  return (
    <>
      <PageHead title={t("flow.title")}>
        {admin && (
          <Button
            type="primary"
            icon={<PlusOutlined aria-hidden />}
            onClick={() => {
              setMaking("new");
            }}
          >
            {t("flow.add")}
          </Button>
        )}
      </PageHead>
      {error && <Failure failure={error} onRetry={() => void refetch()} />}
      <Table<Flow>
        rowKey="id"
        size="middle"
        columns={columns}
        dataSource={data?.items ?? NONE}
        loading={isPending}
        pagination={false}
        scroll={{ x: "max-content" }}
        locale={{ emptyText: <Empty description={t("flow.none")} /> }}
      />
      {making !== undefined && (
        <NewFlow
          source={making === "new" ? undefined : making}
          onMade={onOpen}
          onClose={() => {
            setMaking(undefined);
          }}
        />
      )}
    </>
  );
}
