package org.postern.core.recipients;

import java.util.List;
import org.postern.core.mail.EmailAddress;

class StaticDirectoryTest extends ListingDirectoryContract {
    @Override
    RecipientDirectory directory(List<EmailAddress> known) {
        return new StaticDirectory(known);
    }
}
