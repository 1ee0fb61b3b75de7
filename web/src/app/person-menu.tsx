import { LogoutOutlined, UserOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button, Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import type { Me } from "../api/me";
import { useSignOut } from "../features/sessions/api/sign-out";

export function PersonMenu({ me }: { me: Me }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const leave = () => {
    signOut.mutate(undefined, {
      onSettled: () => {
        void navigate({ to: "/sign-in" });
      },
    });
  };
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          {
            key: "who",
            type: "group",
            label: `${me.user.email} · ${t(`role.${me.user.role}`)} · ${me.enterprise.name}`,
          },
          {
            key: "sign-out",
            icon: <LogoutOutlined />,
            label: t("app.signOut"),
            onClick: leave,
          },
        ],
      }}
    >
      <Button type="text" icon={<UserOutlined />} data-testid="person">
        {me.user.name}
      </Button>
    </Dropdown>
  );
}
