package org.postern.core.recipients;

import java.util.List;
import org.postern.core.mail.EmailAddress;

class AcceptAllDirectoryTest extends RecipientDirectoryContract {
    @Override
    RecipientDirectory directory(List<EmailAddress> known) {
        return new AcceptAllDirectory();
    }
}
