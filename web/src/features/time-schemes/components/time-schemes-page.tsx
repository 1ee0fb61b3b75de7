import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../../api/me";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { timeSchemesQuery, type TimeScheme } from "../api/time-schemes";
import { TimeSchemeDrawer } from "./time-scheme-drawer";
import { TimeSchemeTable } from "./time-scheme-table";

const NONE: TimeScheme[] = [];

export function TimeSchemesPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { data, error, isPending, refetch } = useQuery(timeSchemesQuery);
  const [edited, setEdited] = useState<TimeScheme | "new">();
  const admin = me?.user.role === "admin";
  return (
    <>
      <PageHead title={t("timeScheme.title")}>
        {admin && (
          <Button
            type="primary"
            icon={<PlusOutlined aria-hidden />}
            onClick={() => {
              setEdited("new");
            }}
          >
            {t("timeScheme.add")}
          </Button>
        )}
      </PageHead>
      {error && <Failure failure={error} onRetry={() => void refetch()} />}
      <TimeSchemeTable
        schemes={data?.items ?? NONE}
        loading={isPending}
        {...(admin && { onEdit: setEdited })}
      />
      {edited !== undefined && (
        <TimeSchemeDrawer
          scheme={edited === "new" ? undefined : edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </>
  );
}
