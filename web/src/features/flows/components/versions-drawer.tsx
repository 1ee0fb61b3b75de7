import { useQuery } from "@tanstack/react-query";
import { App, Button, Drawer, Popconfirm, Space, Table, Tag, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Failure, useFailureText } from "../../../components/failure";
import { useFormat } from "../../../locales/format";
import { useRollback, versionsQuery, type FlowVersion } from "../api/flows";
import type { FlowDocument } from "../model/document";
import { Comparison } from "./comparison";

interface Props {
  flow: string;
  live: number | undefined;
  /** What is compared with: the flow as it is drawn. */
  document: FlowDocument;
  admin: boolean;
  onLook: (version: number) => void;
  onClose: () => void;
}

const NONE: FlowVersion[] = [];

/** The published versions, newest first: to look at, to compare, to make live again. */
export function VersionsDrawer({ flow, live, document, admin, onLook, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message } = App.useApp();
  const failureText = useFailureText();
  const { data, error, isPending, refetch } = useQuery(versionsQuery(flow));
  const rollback = useRollback(flow);
  const [compared, setCompared] = useState<number>();
  const columns: TableColumnsType<FlowVersion> = [
    {
      title: t("flow.versions"),
      render: (_, { version }) => (
        <>
          {version} {version === live && <Tag color="success">{t("flow.isLive")}</Tag>}
        </>
      ),
    },
    {
      title: t("flow.changed"),
      render: (_, { published_at: at, published_by: person }) =>
        person?.name == null
          ? format.instant(at)
          : t("flow.by", { name: person.name, at: format.instant(at) }),
    },
    {
      title: t("common.actions"),
      align: "right",
      render: (_, { version }) => (
        <Space>
          <Button
            size="small"
            aria-label={t("flow.lookVersion", { version })}
            onClick={() => {
              onLook(version);
            }}
          >
            {t("flow.look")}
          </Button>
          <Button
            size="small"
            aria-label={t("flow.compareVersion", { version })}
            onClick={() => {
              setCompared(version);
            }}
          >
            {t("flow.compare")}
          </Button>
          {admin && version !== live && (
            <Popconfirm
              title={t("flow.rollbackAsk", { version })}
              okText={t("flow.rollback")}
              cancelText={t("trunk.cancel")}
              onConfirm={() =>
                rollback.mutateAsync(version).then(
                  ({ version: made }) => {
                    void message.success(t("flow.published", { version: made }));
                  },
                  (failure: unknown) => {
                    void message.error(failureText(failure));
                  },
                )
              }
            >
              <Button size="small" aria-label={t("flow.rollbackVersion", { version })}>
                {t("flow.rollback")}
              </Button>
            </Popconfirm>
          )}
        </Space>
      ),
    },
  ];
  return (
    <Drawer open size="large" title={t("flow.versions")} onClose={onClose}>
      {error && <Failure failure={error} onRetry={() => void refetch()} />}
      <Table<FlowVersion>
        rowKey="version"
        size="small"
        columns={columns}
        dataSource={data?.items ?? NONE}
        loading={isPending}
        pagination={false}
        locale={{ emptyText: t("flow.neverPublished") }}
      />
      {compared !== undefined && <Comparison flow={flow} version={compared} document={document} />}
    </Drawer>
  );
}
