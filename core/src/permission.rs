//! Who may do what: one permission per operation, one set of permissions per role.

text_enum! {
    /// What a staff member is.
    pub enum Role, "role" {
        /// Everything.
        Admin = "admin",
        /// Runs the day: everything about tickets, customers and people's work.
        Supervisor = "supervisor",
        /// Reads and reports.
        Manager = "manager",
        /// Network and alerts.
        Noc = "noc",
        /// Talks to customers.
        CustomerService = "customer_service",
        /// Money.
        Finance = "finance",
        /// Field work: only what is assigned to them or their team.
        Technician = "technician",
    }
}

text_enum! {
    /// One thing that may be allowed or not.
    pub enum Permission, "permission" {
        /// See tickets.
        TicketRead = "ticket.read",
        /// Open a ticket.
        TicketCreate = "ticket.create",
        /// Change a ticket's text, category, schedule, ETA and checklist.
        TicketUpdate = "ticket.update",
        /// Give a ticket to a technician or team.
        TicketAssign = "ticket.assign",
        /// Start, hold and go on with a ticket.
        TicketStatus = "ticket.status",
        /// Change a ticket's priority.
        TicketPriority = "ticket.priority",
        /// Write to the customer on a ticket.
        TicketComment = "ticket.comment",
        /// Write internal notes.
        TicketNote = "ticket.note",
        /// Finish a ticket with its completion data.
        TicketComplete = "ticket.complete",
        /// Cancel a ticket.
        TicketCancel = "ticket.cancel",
        /// Open a completed ticket again.
        TicketReopen = "ticket.reopen",
        /// Merge tickets and link them to a parent.
        TicketMerge = "ticket.merge",
        /// See customers, with personal data masked.
        CustomerRead = "customer.read",
        /// Create a customer.
        CustomerCreate = "customer.create",
        /// Change a customer.
        CustomerUpdate = "customer.update",
        /// Change a customer's account status.
        CustomerStatus = "customer.status",
        /// See unmasked personal data; each look is recorded.
        CustomerReveal = "customer.reveal",
        /// See packages, ODPs, areas and holidays.
        CatalogRead = "catalog.read",
        /// Change packages, ODPs, areas and holidays.
        CatalogManage = "catalog.manage",
        /// See technicians.
        TechnicianRead = "technician.read",
        /// Change technicians.
        TechnicianManage = "technician.manage",
        /// See staff accounts.
        UserRead = "user.read",
        /// Create, change, disable and unlock staff accounts.
        UserManage = "user.manage",
        /// Change what roles may do.
        RoleManage = "role.manage",
        /// Create and revoke API tokens.
        TokenManage = "token.manage",
        /// Read and verify the audit trail.
        AuditRead = "audit.read",
        /// Send a notification to colleagues.
        NotificationCreate = "notification.create",
        /// See messages and the queue.
        MessageRead = "message.read",
        /// Write a message to a phone or a customer.
        MessageSend = "message.send",
        /// See the texts of messages and their history.
        TemplateRead = "template.read",
        /// Change the texts of messages and send tests of them.
        TemplateManage = "template.manage",
        /// Retry, cancel, discard, snooze and clean jobs, pause queues.
        QueueManage = "queue.manage",
        /// See the providers of WhatsApp messages, their limits and figures.
        ProviderRead = "provider.read",
        /// Change providers' limits, order and cost, and switch to another one.
        ProviderManage = "provider.manage",
        /// Use the sandbox provider's inbox.
        SandboxUse = "sandbox.use",
        /// Change settings.
        SettingsManage = "settings.manage",
        /// See details of the installation's health.
        HealthRead = "health.read",
    }
}

/// Whether a role has a permission before an administrator changed anything.
pub const fn granted_by_default(role: Role, permission: Permission) -> bool {
    use Permission as P;
    match role {
        Role::Admin => true,
        Role::Supervisor => !matches!(
            permission,
            P::UserManage
                | P::RoleManage
                | P::TokenManage
                | P::SettingsManage
                | P::ProviderManage
                | P::SandboxUse
        ),
        Role::Manager => matches!(
            permission,
            P::TicketRead
                | P::CustomerRead
                | P::CatalogRead
                | P::TechnicianRead
                | P::UserRead
                | P::AuditRead
                | P::MessageRead
                | P::TemplateRead
                | P::HealthRead
        ),
        Role::Noc => matches!(
            permission,
            P::TicketRead
                | P::TicketCreate
                | P::TicketUpdate
                | P::TicketAssign
                | P::TicketStatus
                | P::TicketPriority
                | P::TicketNote
                | P::TicketMerge
                | P::CustomerRead
                | P::CatalogRead
                | P::CatalogManage
                | P::TechnicianRead
                | P::MessageRead
                | P::ProviderRead
                | P::HealthRead
                | P::NotificationCreate
        ),
        Role::CustomerService => matches!(
            permission,
            P::TicketRead
                | P::TicketCreate
                | P::TicketUpdate
                | P::TicketAssign
                | P::TicketStatus
                | P::TicketPriority
                | P::TicketComment
                | P::TicketNote
                | P::TicketCancel
                | P::TicketReopen
                | P::TicketMerge
                | P::CustomerRead
                | P::CustomerCreate
                | P::CustomerUpdate
                | P::CustomerReveal
                | P::CatalogRead
                | P::TechnicianRead
                | P::MessageRead
                | P::MessageSend
                | P::TemplateRead
        ),
        Role::Finance => matches!(
            permission,
            P::TicketRead
                | P::CustomerRead
                | P::CustomerReveal
                | P::CustomerStatus
                | P::CatalogRead
                | P::MessageRead
                | P::TemplateRead
        ),
        Role::Technician => matches!(
            permission,
            P::TicketRead
                | P::TicketUpdate
                | P::TicketStatus
                | P::TicketComment
                | P::TicketNote
                | P::TicketComplete
                | P::CatalogRead
        ),
    }
}

/// The permissions an actor has: one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u64);

impl Permissions {
    /// Every permission there is.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// A role's permissions before an administrator changed anything.
    pub fn of(role: Role) -> Self {
        Permission::ALL.iter().copied().filter(|permission| granted_by_default(role, *permission)).collect()
    }

    /// Whether the set holds a permission.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u64) != 0
    }

    /// Puts a permission in or takes it out.
    pub fn set(&mut self, permission: Permission, granted: bool) {
        let bit = 1 << permission as u64;
        if granted { self.0 |= bit } else { self.0 &= !bit }
    }

    /// What both sets hold.
    pub const fn and(self, other: Permissions) -> Permissions {
        Permissions(self.0 & other.0)
    }

    /// The permissions in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let mut set = Permissions::default();
        permissions.into_iter().for_each(|permission| set.set(permission, true));
        set
    }
}
