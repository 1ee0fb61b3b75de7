import {
  ApiOutlined,
  AuditOutlined,
  CustomerServiceOutlined,
  NumberOutlined,
  PartitionOutlined,
  ScheduleOutlined,
  PhoneOutlined,
  SoundOutlined,
  UnorderedListOutlined,
} from "@ant-design/icons";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { Layout, Menu } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { isSupervisor, useMe } from "../api/me";
import { Brand } from "../components/brand";
import { LanguageSwitch } from "../components/language-switch";
import { OwnStatus } from "../features/agents/components/own-status";
import { EVERYTHING } from "../features/call-records/search";
import { AppearanceSwitch } from "./appearance-switch";
import { PersonMenu } from "./person-menu";

/** The frame of every page: who is signed in, where one can go, what state one is in. */
export function Shell() {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });

  useEffect(() => {
    if (!me) {
      void navigate({ to: "/sign-in" });
    }
  }, [me, navigate]);

  if (!me) {
    return null;
  }
  return (
    <Layout className="shell">
      <a className="skip" href="#content">
        {t("app.skip")}
      </a>
      <Layout.Header className="shell-header">
        <Link to="/calls" className="shell-brand">
          <Brand />
        </Link>
        <nav aria-label={t("app.menu")} className="shell-menu">
          <Menu
            mode="horizontal"
            disabledOverflow
            selectedKeys={[path.startsWith("/flows/") ? "/flows" : path]}
            items={[
              {
                key: "/calls",
                icon: <PhoneOutlined aria-hidden />,
                label: <Link to="/calls">{t("menu.calls")}</Link>,
              },
              {
                key: "/call-records",
                icon: <UnorderedListOutlined aria-hidden />,
                label: (
                  <Link to="/call-records" search={EVERYTHING}>
                    {t("menu.callRecords")}
                  </Link>
                ),
              },
              {
                key: "/agents",
                icon: <CustomerServiceOutlined aria-hidden />,
                label: <Link to="/agents">{t("menu.agents")}</Link>,
              },
              ...(isSupervisor(me)
                ? [
                    {
                      key: "/flows",
                      icon: <PartitionOutlined aria-hidden />,
                      label: <Link to="/flows">{t("menu.flows")}</Link>,
                    },
                    {
                      key: "/trunks",
                      icon: <ApiOutlined aria-hidden />,
                      label: <Link to="/trunks">{t("menu.trunks")}</Link>,
                    },
                    {
                      key: "/trunk-numbers",
                      icon: <NumberOutlined aria-hidden />,
                      label: <Link to="/trunk-numbers">{t("menu.trunkNumbers")}</Link>,
                    },
                    {
                      key: "/time-schemes",
                      icon: <ScheduleOutlined aria-hidden />,
                      label: <Link to="/time-schemes">{t("menu.timeSchemes")}</Link>,
                    },
                    {
                      key: "/sounds",
                      icon: <SoundOutlined aria-hidden />,
                      label: <Link to="/sounds">{t("menu.sounds")}</Link>,
                    },
                  ]
                : []),
              ...(me.user.role === "admin"
                ? [
                    {
                      key: "/audit-log",
                      icon: <AuditOutlined aria-hidden />,
                      label: <Link to="/audit-log">{t("menu.auditLog")}</Link>,
                    },
                  ]
                : []),
            ]}
          />
        </nav>
        <AppearanceSwitch />
        <LanguageSwitch />
        <PersonMenu me={me} />
      </Layout.Header>
      {me.user.agent && <OwnStatus agent={me.user.agent} />}
      <Layout.Content>
        <main id="content" className="shell-content">
          <Outlet />
        </main>
      </Layout.Content>
    </Layout>
  );
}
