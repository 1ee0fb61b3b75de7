import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../../api/me";
import { Failure } from "../../../components/failure";
import { PageHead } from "../../../components/page-head";
import { trunkNumbersQuery, type TrunkNumber } from "../api/trunk-numbers";
import { TrunkNumberDrawer } from "./trunk-number-drawer";
import { TrunkNumberTable } from "./trunk-number-table";

const NONE: TrunkNumber[] = [];

export function TrunkNumbersPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { data, error, isPending, refetch } = useQuery(trunkNumbersQuery);
  const [edited, setEdited] = useState<TrunkNumber | "new">();
  const admin = me?.user.role === "admin";
  return (
    <>
      <PageHead title={t("trunkNumber.title")}>
        {admin && (
          <Button
            type="primary"
            icon={<PlusOutlined aria-hidden />}
            onClick={() => {
              setEdited("new");
            }}
          >
            {t("trunkNumber.add")}
          </Button>
        )}
      </PageHead>
      {error && <Failure failure={error} onRetry={() => void refetch()} />}
      <TrunkNumberTable
        numbers={data?.items ?? NONE}
        loading={isPending}
        {...(admin && { onEdit: setEdited })}
      />
      {edited !== undefined && (
        <TrunkNumberDrawer
          number={edited === "new" ? undefined : edited}
          onClose={() => {
            setEdited(undefined);
          }}
        />
      )}
    </>
  );
}
